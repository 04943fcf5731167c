#!/usr/bin/env python3
"""What the records of prior-or-sgd say beside its verdict: looked at after the run, and no rule rests on it.

    python3 results/blocks.py halves    two blocks of one cell against each other: the ceiling that counting sets
    python3 results/blocks.py slopes    each cell's slope on complexity over blocks pooled, less that of draws

Reads results/prior-or-sgd.bundle.gz. A slope of the instrument `completion-slope` is of one block, and has no point at
a complexity of which fewer than ten draws came; pooled, 12 blocks reach further down, and both cells are read at
the same complexities.
"""
import gzip
import json
import math
import os
import sys

BUNDLE = os.path.join(os.path.dirname(__file__), "prior-or-sgd.bundle.gz")
HITS = 10


def cells():
    """Of each cell its factors, and of each of its blocks the counts by function."""
    with gzip.open(BUNDLE, "rt") as file:
        plan = json.loads(next(file))["plan"]
        trials = [json.loads(line) for line in file][:-1]
    found, at = [], 0
    for cell in plan["cells"]:
        blocks = []
        for trial in trials[at:at + cell["seeds"]]:
            for content in trial[1:]:
                for one in content["measured"]:
                    if one["quantity"] == "completion" and "counts" in one["value"]:
                        counts = one["value"]["counts"]["counts"]
                        blocks.append({int(name, 16): hits for name, hits in counts.items()})
        at += cell["seeds"]
        if not cell["control"]:
            found.append((cell["factors"], blocks))
    assert at == len(trials), f"{at} trials planned, {len(trials)} in the bundle"
    return found


def pooled(blocks):
    counts = {}
    for block in blocks:
        for function, hits in block.items():
            counts[function] = counts.get(function, 0) + hits
    return counts


def words(string):
    """Into how many words a string is cut (Lempel and Ziv 1976)."""
    count, start = 0, 0
    while start < len(string):
        longest = 0
        for earlier in range(start):
            same = 0
            while start + same < len(string) and string[start + same] == string[earlier + same]:
                same += 1
            longest = max(longest, same)
        start, count = start + longest + 1, count + 1
    return count


def complexity(function, rows=16):
    string = [function >> row & 1 for row in range(rows)]
    if len(set(string)) == 1:
        return math.log2(rows)
    return 0.5 * math.log2(rows) * (words(string) + words(string[::-1]))


def slope(points):
    n = len(points)
    x, y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def correlation(points):
    x, y = zip(*points)
    (rx, ry), n = (ranks(x), ranks(y)), len(points)
    mean = (n - 1) / 2
    product = sum((a - mean) * (b - mean) for a, b in zip(rx, ry))
    return product / math.sqrt(sum((a - mean) ** 2 for a in rx) * sum((b - mean) ** 2 for b in ry))


def ranks(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    found, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for i in order[at:end]:
            found[i] = (at + end - 1) / 2
        at = end
    return found


def often(one, other):
    """log10 of the shares of functions that came at least ten times in both."""
    n, m = sum(one.values()), sum(other.values())
    both = [name for name in one if one[name] >= HITS and other.get(name, 0) >= HITS]
    return [(math.log10(one[name] / n), math.log10(other[name] / m)) for name in both]


def halves():
    print("| arm | target | optimiser | draws a block | functions with ten hits in both | rank correlation | slope of log on log |")
    print("|---|---|---|---|---|---|---|")
    for factors, blocks in cells():
        if factors["arm"] not in ("prior", "trained", "prior-of-five", "trained-of-five"):
            continue
        points = often(*blocks)
        draws = " and ".join(str(sum(block.values())) for block in blocks)
        name = [factors["arm"], factors["target"].replace("|", "\\|"), factors.get("optimiser", "-")]
        print("| " + " | ".join(name + [draws, str(len(points)), f"{correlation(points):.3f}", f"{slope(points):.3f}"]) + " |")


def completions(shown):
    """All 256 completions by complexity: the rows with x3 = 1 (odd ones) have the shown labels."""
    found = {}
    for free in range(256):
        function = shown | sum((free >> i & 1) << 2 * i for i in range(8))
        found.setdefault(complexity(function), []).append(function)
    return found


def on_complexity(counts, by, at):
    draws = sum(counts.values())
    came = lambda k: sum(counts.get(function, 0) for function in by[k])
    return slope([(k, math.log10(came(k) / draws / len(by[k]))) for k in at])


def slopes():
    all_cells = cells()
    prior = {(f["target"], f["hidden"]): pooled(blocks) for f, blocks in all_cells if f["arm"] == "slopes-of-prior"}
    print("| target | hidden | scale | optimiser | complexities | slope | of draws | difference | log on log |")
    print("|---|---|---|---|---|---|---|---|---|")
    for factors, blocks in all_cells:
        if factors["arm"] != "slopes":
            continue
        drawn, trained = prior[factors["target"], factors["hidden"]], pooled(blocks)
        by = completions(next(iter(drawn)) & 0xAAAA)
        came = lambda counts, k: sum(counts.get(function, 0) for function in by[k])
        at = [k for k in by if min(came(drawn, k), came(trained, k)) >= HITS]
        here, there = on_complexity(trained, by, at), on_complexity(drawn, by, at)
        name = [factors[factor].replace("|", "\\|") for factor in ("target", "hidden", "initialisation", "optimiser")]
        name[2] = name[2].split("weight_sd=")[1].rstrip(")")
        numbers = [f"{len(at)} of {len(by)}", f"{here:.3f}", f"{there:.3f}", f"{here - there:+.3f}", f"{slope(often(drawn, trained)):.2f}"]
        print("| " + " | ".join(name + numbers) + " |")


if __name__ == "__main__":
    {"halves": halves, "slopes": slopes}[sys.argv[1]]()
