"""What naive simplicity and memorisation predict, from their own words, for the study "counting".

Computes, training nothing, for Boolean functions of 5 inputs (32 rows in lexicographic order, x0
the most significant bit of the row's number):

- naive simplicity: the held-out accuracy of the functions of up to 4 gates that agree with 16
  shown rows, the smallest only (literal) or all weighted 8^-size (generous), and the completion
  classes of those functions when exactly the rows with one value of x4 are shown;
- memorisation: the same where an unseen row takes the majority label of its nearest shown rows
  (nearest neighbours) or of all shown rows (base rate), for the named targets and for those drawn from
  the functions whose smallest circuit has a given number of gates (a circuit may use a gate's output
  many times), of 3 and 4 inputs exactly, over all functions and all shown sets.

A function's size is the smallest number of two-input gates (and, or, xor) of a formula, a tree
without sharing; negation, inputs and constants are free. Everything is a mean over shown sets; a
set's accuracy is itself an expectation, so the draw of one function, or the coin of a tie, adds
nothing to the sd.

Run:      OMP_NUM_THREADS=1 python derive.py > derive.out
Run time: about two minutes on one core, below 0.5 GB; the seed is fixed, so the output is too.
Wants:    numpy 2.0 or later (bitwise_count); derive.out was written with numpy 2.4.6.
"""

from itertools import combinations, permutations
from math import comb

import numpy as np

INPUTS = 5
ROWS = 2**INPUTS
SHOWN_ROWS = 16
CUE_INPUT = 4
LARGEST_SIZE = 4
# The generous reading's price of a gate: a factor 8 in weight, as the brief of this file sets it.
GATE_PRICE = 8.0
# Enough for Monte Carlo standard errors below 0.001.
SIMPLICITY_SETS = 40_000
MEMORY_SETS = 100_000
# For each class of functions of 5 inputs that are alike but for the order and negation of inputs.
CLASS_SETS = 2_000
SEED = 31

ROW = np.arange(ROWS)
# Labels of each input, [input, row].
BITS = np.array([(ROW >> (INPUTS - 1 - i)) & 1 for i in range(INPUTS)])
X0, X1, X2, X3, X4 = BITS

# Labels of each target, [row]; None is redrawn labels: independent fair coins for every shown set.
TARGETS = {
    "x0": X0,
    "x0&x1": X0 & X1,
    "maj3": (X0 + X1 + X2 >= 2).astype(int),
    "parity": X0 ^ X1 ^ X2 ^ X3 ^ X4,
    "x0^x1": X0 ^ X1,
    "x0^x1^x2": X0 ^ X1 ^ X2,
    "x0&x1^x2": (X0 & X1) ^ X2,
    "x0&x1|!x0&x2": (X0 & X1) | ((1 - X0) & X2),
    "maj5": (BITS.sum(axis=0) >= 3).astype(int),
    "random labels": None,
}
CUE_TARGETS = ["x0", "x0&x1", "maj3"]
# Targets shown by a cue, of which some are no target of the arms above.
MEMORY_CUE_TARGETS = {
    **{name: TARGETS[name] for name in CUE_TARGETS},
    "x0|x1&x2": X0 | (X1 & X2),
    "x0&x1|!x0&x2": TARGETS["x0&x1|!x0&x2"],
    "x0^x1&x2": X0 ^ (X1 & X2),
}
CLASSES = ["ignores-cue", "inverted", "constant", "follows-input", "other"]


def packed(labels):
    """Labels, [..., row], as 32-bit integers, [...]: bit r is the label of row r."""
    return (labels.astype(np.uint64) << ROW.astype(np.uint64)).sum(axis=-1).astype(np.uint32)


def unpacked(functions):
    """The inverse of packed: [...] to [..., row]."""
    return (functions[..., None] >> ROW.astype(np.uint32)) & 1


def functions_by_size():
    """All functions of exactly 0, 1, ... LARGEST_SIZE gates: one sorted array for each size.

    Each array is closed under negation, so `or` is the negation of an `and` and needs no pass.
    """
    leaves = packed(np.vstack([BITS, np.zeros((1, ROWS), int)]))
    sizes = [np.union1d(leaves, ~leaves)]
    for size in range(1, LARGEST_SIZE + 1):
        found = []
        for left in range((size - 1) // 2 + 1):
            a, b = sizes[left][:, None], sizes[size - 1 - left][None, :]
            found += [np.unique(a & b), np.unique(a ^ b)]
        found = np.unique(np.concatenate(found))
        found = np.union1d(found, ~found)
        sizes.append(np.setdiff1d(found, np.concatenate(sizes)))
    return sizes


def drawn_sets(rng, count):
    """Uniform shown sets, [set, row]: 1 where the row is shown."""
    order = rng.random((count, ROWS)).argsort(axis=1)
    return (order < SHOWN_ROWS).astype(int)


def drawn_labels(rng, target, count):
    """The target's labels for each set, [set, row]."""
    if target is None:
        return rng.integers(0, 2, (count, ROWS))
    return np.tile(target, (count, 1))


def agreeing(functions, size_of, labels, shown):
    """Functions that agree with the labels on the shown rows, and their sizes; packed integers."""
    agrees = ((functions ^ labels) & shown) == 0
    return functions[agrees], size_of[agrees]


def simplicity_weights(sizes_found):
    """Weights of the agreeing functions under the literal and the generous reading."""
    literal = (sizes_found == sizes_found.min()).astype(float)
    generous = GATE_PRICE ** -sizes_found.astype(float)
    return literal / literal.sum(), generous / generous.sum()


def simplicity_accuracies(functions, size_of, target, rng):
    """Held-out accuracy, [set, reading], and whether any function agrees, [set]."""
    shown_sets = packed(drawn_sets(rng, SIMPLICITY_SETS))
    label_sets = packed(drawn_labels(rng, target, SIMPLICITY_SETS))
    accuracy = np.full((SIMPLICITY_SETS, 2), 0.5)
    any_agrees = np.zeros(SIMPLICITY_SETS, bool)
    for i, (labels, shown) in enumerate(zip(label_sets, shown_sets)):
        found, sizes_found = agreeing(functions, size_of, labels, shown)
        if len(found) == 0:
            continue
        any_agrees[i] = True
        right = np.bitwise_count(~(found ^ labels) & ~shown) / (ROWS - SHOWN_ROWS)
        accuracy[i] = [weights @ right for weights in simplicity_weights(sizes_found)]
    return accuracy, any_agrees


def completion_class(label, twin_label, free):
    """Class of each labelling of the free rows, [labelling, free row], as an index in CLASSES."""
    other_inputs = [BITS[j][free] for j in range(INPUTS) if j != CUE_INPUT]
    follows = np.any([(label == bits).all(axis=1) for bits in other_inputs], axis=0)
    constant = (label == label[:, :1]).all(axis=1)
    tests = [(label == twin_label).all(axis=1), (label != twin_label).all(axis=1), constant, follows]
    return np.select(tests, range(4), default=4)


def class_shares(classes, weights):
    """The weight of each of CLASSES."""
    return np.bincount(classes, weights=weights, minlength=len(CLASSES))


def cue_rows(at):
    """Shown rows, as [row] of 0 and 1, and the numbers of the free rows, when the cue is shown at `at`."""
    shown = (BITS[CUE_INPUT] == at).astype(int)
    return shown, np.flatnonzero(shown == 0)


def twin_labels(target, free):
    """Labels of the shown rows that differ from the free rows in the cue alone."""
    return target[free ^ (1 << (INPUTS - 1 - CUE_INPUT))]


def neighbour_votes(shown, labels):
    """The chance that each row is labelled 1 by its nearest shown rows, [set, row]: 0, 1/2 or 1.

    Means nothing on shown rows. shown and labels are [set, row], of as many inputs as make the rows.
    """
    rows = np.arange(shown.shape[1])
    distance = np.bitwise_count(rows[:, None] ^ rows[None, :])
    vote = np.full(shown.shape, np.nan)
    for d in range(1, int(distance.max()) + 1):
        at_distance = (distance == d).astype(float)
        neighbours = shown @ at_distance
        ones = (shown * labels) @ at_distance
        decides = np.isnan(vote) & (neighbours > 0)
        vote[decides] = majority(ones, neighbours)[decides]
    return vote


def base_rate_votes(shown, labels):
    """The chance that each row is labelled 1 by the majority of all shown rows, [set, row]."""
    ones = (shown * labels).sum(axis=1, keepdims=True)
    return np.broadcast_to(majority(ones, shown.sum(axis=1, keepdims=True)), shown.shape)


def majority(ones, votes):
    """1 where most votes are ones, 0 where few are, 1/2 at a tie."""
    return (1 + np.sign(2 * ones - votes)) / 2


MEMORY_READINGS = {"nearest neighbours": neighbour_votes, "base rate": base_rate_votes}


def memory_accuracies(target, rng):
    """Held-out accuracy, [set, reading]."""
    return memory_accuracies_of(drawn_sets(rng, MEMORY_SETS), drawn_labels(rng, target, MEMORY_SETS))


def memory_accuracies_of(shown, labels):
    """Held-out accuracy, [set, reading], of labels, [set, row]."""
    unseen = 1 - shown
    accuracies = []
    for votes in MEMORY_READINGS.values():
        vote = votes(shown, labels)
        right = np.where(labels == 1, vote, 1 - vote)
        accuracies.append((right * unseen).sum(axis=1) / unseen.sum(axis=1))
    return np.stack(accuracies, axis=1)


class Circuits:
    """Functions of some inputs by the gates of their smallest circuit, up to order and negation.

    Negation is free, so that only normal functions (0 on row 0) and gates between them are looked at.
    The first gate is x0 & x1 or x0 ^ x1, up to the order and negation of inputs.
    """

    def __init__(self, inputs):
        self.inputs, self.rows = inputs, 2**inputs
        self.every = np.uint32(2**self.rows - 1)
        number = np.arange(self.rows)
        bits = [(number >> (inputs - 1 - i)) & 1 for i in range(inputs)]
        self.literals = np.array([self.packed(b) for b in bits], np.uint32)

    def packed(self, labels):
        return np.uint32(sum(int(label) << row for row, label in enumerate(labels)))

    def normal(self, functions):
        return np.where(functions & 1, ~functions & self.every, functions)

    def orbit(self, function):
        """All functions that differ from this one in the order and negation of inputs, or in sign."""
        labels = (int(function) >> np.arange(self.rows)) & 1
        cube = labels.reshape((2,) * self.inputs)
        images = np.array([cube.transpose(p).ravel() for p in permutations(range(self.inputs))])
        moves = np.arange(self.rows)[:, None] ^ np.arange(self.rows)[None, :]
        images = images[:, moves].reshape(-1, self.rows)
        tables = (images.astype(np.uint64) << np.arange(self.rows, dtype=np.uint64)).sum(axis=1)
        tables = np.unique(tables).astype(np.uint32)
        return np.union1d(tables, ~tables & self.every)

    def made(self, sets):
        """What one more gate makes of each set, [set, gate]."""
        literals = np.tile(self.literals.astype(sets.dtype), (len(sets), 1))
        known = np.concatenate([literals, sets], axis=1)
        pairs = list(combinations(range(known.shape[1]), 2))
        a, b = known[:, [i for i, _ in pairs]], known[:, [j for _, j in pairs]]
        return np.concatenate([a & b, a & ~b, ~a & b, a | b, a ^ b], axis=1)

    def grown(self, sets):
        """All sets of one gate more, each once."""
        made = self.made(sets)
        grown = np.concatenate([np.repeat(sets, made.shape[1], axis=0), made.reshape(-1, 1)], axis=1)
        new = (made.reshape(-1) != 0) & ~np.isin(grown[:, -1], self.literals)
        grown = np.sort(grown[new], axis=1)
        return np.unique(grown[(np.diff(grown.astype(np.int64), axis=1) != 0).all(axis=1)], axis=0)

    def classes(self, most):
        """For each number of gates up to most: one function of each class, and the class's size."""
        levels = [[(np.uint32(0), 2), (self.literals[0], 2 * self.inputs)]]
        known = np.union1d(self.literals, np.zeros(1, np.uint32))
        first = [[self.literals[0] & self.literals[1]], [self.literals[0] ^ self.literals[1]]]
        sets, found = np.array(first, np.uint32), np.array(first, np.uint32).ravel()
        for gates in range(1, most + 1):
            if gates > 1:
                if 2 <= gates - 1 <= 4:
                    sets = self.grown(sets)
                found = [np.unique(self.made(some)) for some in np.array_split(sets, len(sets) // 2000 + 1)]
                found = np.unique(np.concatenate(found))
            if gates == 6:
                found = self.two_more(sets)
            if gates == 7:
                found = np.arange(0, self.every + 1, 2, dtype=np.uint32)
            level, orbits, left = [], [known], np.setdiff1d(found, known)
            while len(left):
                orbit = self.orbit(left[0])
                level.append((left[0], len(orbit)))
                orbits.append(orbit[orbit & 1 == 0])
                left = np.setdiff1d(left, orbits[-1], assume_unique=True)
            known = np.unique(np.concatenate(orbits))
            levels.append(level)
        return levels

    def two_more(self, sets):
        """What the last of two more gates makes, where it reads the other; of up to 4 inputs."""
        marked = np.zeros(2**self.rows, bool)
        for some in np.array_split(sets.astype(np.uint16), len(sets) // 500 + 1):
            made = [np.unique(row) for row in self.made(some)]
            known = np.repeat(some, [len(row) for row in made], axis=0)
            last = np.concatenate(made)
            for b in [*self.literals.astype(np.uint16), *known.T]:
                for gate in [last & b, last & ~b, ~last & b, last | b, last ^ b]:
                    marked[gate] = True
        return np.flatnonzero(marked).astype(np.uint32)

    def labels(self, function):
        return (int(function) >> np.arange(self.rows)) & 1


def all_sets(rows):
    """All shown sets of half the rows, [set, row]."""
    sets = np.zeros((comb(rows, rows // 2), rows), int)
    for shown, some in zip(sets, combinations(range(rows), rows // 2)):
        shown[list(some)] = 1
    return sets


def memory_by_gates(inputs, most):
    """For each number of gates: functions, classes, mean held-out accuracy and its MCSE, [reading]."""
    circuits = Circuits(inputs)
    every_set = all_sets(circuits.rows) if inputs < INPUTS else None
    for gates, level in enumerate(circuits.classes(most)):
        weights = np.array([size for _, size in level], float)
        weights /= weights.sum()
        means, variances = [], []
        for index, (function, _) in enumerate(level):
            shown = every_set
            if shown is None:
                shown = drawn_sets(np.random.default_rng([SEED, 3, gates, index]), CLASS_SETS)
            accuracy = memory_accuracies_of(shown, np.tile(circuits.labels(function), (len(shown), 1)))
            means.append(accuracy.mean(axis=0))
            variances.append(accuracy.var(axis=0, ddof=1) / len(shown) * (every_set is None))
        error = (weights[:, None] ** 2 * np.array(variances)).sum(axis=0) ** 0.5
        yield gates, sum(size for _, size in level), len(level), weights @ np.array(means), error


def memory_cue_shares(votes, target, at):
    """Class shares over all 2^16 completions, a tie being a fair coin of each row's own."""
    shown, free = cue_rows(at)
    chance_of_one = votes(shown[None], target[None])[0][free]
    completions = (np.arange(2 ** len(free))[:, None] >> np.arange(len(free))) & 1
    chance = np.where(completions == 1, chance_of_one, 1 - chance_of_one).prod(axis=1)
    return class_shares(completion_class(completions, twin_labels(target, free), free), chance)


def table(heads, rows):
    """Prints a markdown table."""
    for cells in [heads, ["---"] * len(heads), *rows]:
        print("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    print()


def estimate(accuracy):
    """Mean, standard error of the mean, and sd over shown sets, as cells."""
    sd = accuracy.std(ddof=1)
    return [f"{accuracy.mean():.4f}", f"{sd / len(accuracy) ** 0.5:.4f}", f"{sd:.4f}"]


def main():
    sizes = functions_by_size()
    functions = np.concatenate(sizes)
    size_of = np.repeat(np.arange(len(sizes)), [len(s) for s in sizes])

    print(f"numpy {np.__version__}, seed {SEED}. MCSE: Monte Carlo standard error of the mean;")
    print("sd: over shown sets, of a set's expected accuracy.\n")

    print("## Functions by size\n")
    table(["gates", "functions"], enumerate(len(s) for s in sizes))
    print(f"Together {len(functions)}; 2^16 is {2**16}.\n")

    print("## Targets\n")
    rows = []
    for name, target in TARGETS.items():
        if target is None:
            rows.append([name, "16 expected", "redrawn"])
            continue
        size = size_of[functions == packed(target)]
        rows.append([name, target.sum(), size[0] if len(size) else f"above {LARGEST_SIZE}"])
    table(["target", "ones of 32", "gates"], rows)

    print(f"## Naive simplicity: held-out accuracy, {SHOWN_ROWS} of {ROWS} rows shown\n")
    print(f"Sets with no agreeing function of up to {LARGEST_SIZE} gates count as 0.5.\n")
    rows = []
    for index, (name, target) in enumerate(TARGETS.items()):
        rng = np.random.default_rng([SEED, 1, index])
        accuracy, any_agrees = simplicity_accuracies(functions, size_of, target, rng)
        none = f"{1 - any_agrees.mean():.4f}"
        rows.append([name, len(accuracy), *estimate(accuracy[:, 0]), *estimate(accuracy[:, 1]), none])
    readings = [f"{r} {c}" for r in ["literal", "generous"] for c in ["mean", "MCSE", "sd"]]
    table(["target", "sets", *readings, "share of sets with none"], rows)

    print("## Naive simplicity: completion class under the cue, exact\n")
    print("`smallest` and `agreeing` count functions that agree with the shown rows.\n")
    rows = []
    for name in CUE_TARGETS:
        target = TARGETS[name]
        for at in [1, 0]:
            shown, free = cue_rows(at)
            found, sizes_found = agreeing(functions, size_of, packed(target), packed(shown))
            classes = completion_class(unpacked(found)[:, free], twin_labels(target, free), free)
            smallest = f"{(sizes_found == sizes_found.min()).sum()} of {sizes_found.min()} gates"
            for reading, weights in zip(["literal", "generous"], simplicity_weights(sizes_found)):
                shares = [f"{share:.6f}" for share in class_shares(classes, weights)]
                rows.append([name, f"x4 = {at}", reading, smallest, len(found), *shares])
    table(["target", "shown", "reading", "smallest", "agreeing", *CLASSES], rows)

    print(f"## Memorisation: held-out accuracy, {SHOWN_ROWS} of {ROWS} rows shown\n")
    rows = []
    for index, (name, target) in enumerate(TARGETS.items()):
        accuracy = memory_accuracies(target, np.random.default_rng([SEED, 2, index]))
        rows.append([name, len(accuracy), *estimate(accuracy[:, 0]), *estimate(accuracy[:, 1])])
    readings = [f"{r} {c}" for r in MEMORY_READINGS for c in ["mean", "MCSE", "sd"]]
    table(["target", "sets", *readings], rows)

    print("## Memorisation: held-out accuracy by the gates of the target, half of the rows shown\n")
    print("Every function of so many gates counts the same; an MCSE of 0 is exact.\n")
    rows = []
    for inputs, most in [(3, 4), (4, 7), (5, 5)]:
        for gates, functions, classes, mean, error in memory_by_gates(inputs, most):
            cells = [f"{value:.4f}" for pair in zip(mean, error) for value in pair]
            rows.append([inputs, gates, functions, classes, *cells])
    readings = [f"{r} {c}" for r in MEMORY_READINGS for c in ["mean", "MCSE"]]
    table(["inputs", "gates", "functions", "classes", *readings], rows)

    print("## Memorisation: completion class under the cue, exact\n")
    print("A tie is a fair coin of each row's own.\n")
    rows = []
    for name, target in MEMORY_CUE_TARGETS.items():
        for at in [1, 0]:
            for reading, votes in MEMORY_READINGS.items():
                shares = [f"{share:.6f}" for share in memory_cue_shares(votes, target, at)]
                rows.append([name, f"x4 = {at}", reading, *shares])
    table(["target", "shown", "reading", *CLASSES], rows)


if __name__ == "__main__":
    main()
