"""Writes the forecasts of the study "coin-line" from the tables of docs/coin-line.md and
docs/coin-elsewhere.md, which train no network with a hidden layer.

Run: python3 forecasts/coin-line/derive.py, from the project's folder. Standard library only.
Positions are weights of a Dirichlet distribution over goal and proxy: their sum is how sure a
reading is, as if so many networks had been seen.
"""

from pathlib import Path

EARLY = ["width-8", "width-32", "width-128", "width-512", "width-4096"]
LATE = ["later-128", "later-512", "later-4096"]
MOMENTUM = ["momentum-8", "momentum-32", "momentum-128", "momentum-512", "momentum-4096"]
WITHOUT = EARLY + LATE + MOMENTUM  # Epsilon 0, all stops together.
# Where wide networks of plain descent stand, of which the kernel speaks most surely.
WIDE = ["width-128", "width-512", "width-4096"] + LATE
WIDE_MOMENTUM = ["momentum-128", "momentum-512", "momentum-4096"]
ELSEWHERE = ["elsewhere-8", "elsewhere-32", "elsewhere-128", "elsewhere-512"]
STOPS = ["first-fit", "loss=0.1", "loss=0.01"]
STEPS = ["30", "100", "300", "1000", "3000"]
RARE = ["0.02", "0.05", "0.1", "0.2", "0.5"]
# The volume answers: lengths 4 and 10 at epsilon 0, and length 4 above it.
VOLUME = {"4": 0.2770, "10": 0.2686}
VOLUME_ELSEWHERE = 0.9617


def table(path, heading):
    """The rows below a heading by their first column, numbers only."""
    rows = {}
    for line in Path(path).read_text().split(heading)[1].split("\n## ")[0].split("\n"):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and cells[0][:1].isdigit():
            rows[cells[0]] = [float(cell) for cell in cells[1:]]
    return rows


def expect(goal, total, cells, half=False):
    """One expectation; `half` adds half a network to each class, for shares of 0 or 1."""
    extra = 0.5 if half else 0.0
    filters = ", ".join(
        f"{factor} = " + (f'"{value}"' if isinstance(value, str) else "[" + ", ".join(f'"{v}"' for v in value) + "]")
        for factor, value in cells.items()
    )
    weights = f"goal = {goal * total + extra:.4g}, proxy = {(1 - goal) * total + extra:.4g}"
    return f'  {{ quantity = "probe-preference", cells = {{ {filters} }}, is = {{ dirichlet = {{ {weights} }} }} }},'


KNOWN = '''[[known_before]]
what     = "the quick runs in docs/pilots.md: base arm and wide-epsilon"
quantity = "probe-preference"
cells    = { arm = ["base", "wide-epsilon"] }

[[known_before]]
what = "docs/coin-line.md and docs/coin-elsewhere.md: exact answers about linear policies and infinitely wide networks; no trained network with a hidden layer. The cells of `elsewhere-8` and `elsewhere-128` at epsilon 0.5 and 0.1 lie between cells of those quick runs"
'''


def write(position, derivation, readings, claim=True):
    text = f'schema   = 1\nposition = "{position}"\nstudy    = "coin-line"\n'
    text += "claim    = 31\n" if claim else ""
    text += f'derivation = """{derivation}"""\n\n{KNOWN}'
    for name, (says, lines) in readings.items():
        text += f'\n[readings.{name}]\nsays = """{says}"""\n'
        if lines:
            text += "expect = [\n" + "\n".join(lines) + "\n]\n"
    Path(f"forecasts/coin-line/{position}.toml").write_text(text)


def at_all(goal, total, **cells):
    return expect(goal, total, {"arm": WITHOUT + ["small-start"], **cells})


def fit_elsewhere(goal, total):
    return expect(goal, total, {"arm": ELSEWHERE, "stop": "first-fit"})


write(
    "counting-functions",
    "Every function that has the shown labels is as likely as any other, and as many of them go left at the probe as right: one half, whatever the width, the optimiser, the stop and the start. The coin never stands at 0 in training, so that at any epsilon the probe's row is free. Nothing is said of networks that need not have the labels (the steps, and losses that can be had without them). A loss of 0.1 on a line of length 10 could be had with one wrong label (ln 2 / 10), and is taken to have none.",
    {
        "literal": ("One half in every cell.", [at_all(0.5, 1000), fit_elsewhere(0.5, 1000)]),
        "generous": (
            "Counting sets the centre; training departs from it either way by a tenth or so.",
            [at_all(0.5, 20), fit_elsewhere(0.5, 20)],
        ),
    },
)


def volume(total):
    lines = [at_all(VOLUME[length], total, length=length) for length in VOLUME]
    lines.append(fit_elsewhere(VOLUME_ELSEWHERE, total))
    # At epsilon 0.5 a loss of 0.01 cannot be had with a wrong label: ln 2 / 32 is above it.
    lines.append(expect(VOLUME_ELSEWHERE, total, {"arm": ELSEWHERE, "stop": "loss=0.01", "epsilon": "0.5"}))
    steps = {"arm": ["steps-8", "steps-128", "steps-512"], "epsilon": "0.0"}
    return lines + [expect(VOLUME["4"], total, steps)]


write(
    "volume-of-parameters",
    "Parameters are counted, not functions: the share of the goal at the probe is that of random infinitely wide relu networks that have the shown labels (docs/coin-line.md, docs/coin-elsewhere.md, the volume answers). The scale of the start does not matter to it, because signs do not change with scale, and the number of steps does not where the labels are had. Nothing is said of cells where they need not be, but for a few steps at epsilon 0 and a loss of 0.1 at length 10, by which nearly all wide networks have them. At 8 units the share is 0.01 lower than in wide ones, which is within what is left.",
    {
        "literal": ("That share in every cell, as surely as if 1,000 networks had been seen.", volume(1000)),
        "generous": ("That share is the centre; width, optimiser and stop move it by a tenth or so.", volume(20)),
    },
)

LAZY = table("docs/coin-line.md", "## Descent of an infinitely wide network")
LAZY_ELSEWHERE = table("docs/coin-elsewhere.md", "## Descent of an infinitely wide network")


def lazy():
    lines = []
    for length in ["4", "10"]:
        for stop, goal in zip(STOPS, LAZY[length]):
            at = {"length": length, "stop": stop}
            # Surest of wide networks under plain descent; Adam and narrow layers leave the kernel's space.
            lines.append(expect(goal, 50, {"arm": WIDE, "optimiser": "sgd", **at}, True))
            lines.append(expect(goal, 12, {"arm": WIDE, "optimiser": "adam", **at}, True))
            lines.append(expect(goal, 12, {"arm": ["width-8", "width-32", "momentum-8", "momentum-32"], **at}, True))
            lines.append(expect(goal, 50, {"arm": WIDE_MOMENTUM, **at}, True))
    for epsilon in RARE:
        for stop, goal in zip(STOPS, LAZY_ELSEWHERE[epsilon]):
            lines.append(expect(goal, 12, {"arm": ELSEWHERE, "epsilon": epsilon, "stop": stop}, True))
    for epsilon in ["0.0"] + RARE:
        for steps, goal in zip(STEPS, LAZY_ELSEWHERE[epsilon.removesuffix(".0")][3:]):
            at = {"epsilon": epsilon, "max_steps": steps}
            # Width 512 has three epsilons only.
            wide = ["steps-128", "steps-512"] if epsilon in ("0.0", "0.1", "0.5") else ["steps-128"]
            lines.append(expect(goal, 50, {"arm": wide, **at}, True))
            lines.append(expect(goal, 12, {"arm": "steps-8", **at}, True))
    lines.append(expect(0.05, 20, {"arm": "small-start", "stop": "loss=0.01"}))
    return lines


def ends(goal_where_shown):
    """Where training nears its end: a loss of 0.01."""
    if not goal_where_shown:
        return [at_all(0.02, 50, stop="loss=0.01")]
    # At length 10 a loss of 0.01 is far from the kernel's end: LAZY has 0.26 there. A small start is forgotten.
    lines = [expect(0.02, 50, {"arm": WITHOUT, "length": "4", "stop": "loss=0.01"})]
    lines.append(expect(0.02, 50, {"arm": "small-start", "stop": "loss=0.01"}))
    lines.append(expect(0.02, 50, {"arm": ["steps-8", "steps-128", "steps-512"], "epsilon": "0.0", "max_steps": "3000"}))
    lines.append(expect(0.98, 50, {"arm": ELSEWHERE, "stop": "loss=0.01"}))
    lines.append(expect(0.98, 50, {"arm": ["steps-8", "steps-128"], "epsilon": ["0.05", "0.1", "0.2", "0.5"], "max_steps": "3000"}))
    lines.append(expect(0.98, 50, {"arm": "steps-512", "epsilon": ["0.1", "0.5"], "max_steps": "3000"}))
    return lines


write(
    "kernel-descent",
    "Wide networks move in the space of a kernel. At epsilon 0 it ends at the function of largest margin, which under the arc-cosine and the neural tangent kernel prefers the proxy at every length (docs/coin-line.md, largest margins of infinitely wide networks); above 0 it ends at the goal (docs/coin-elsewhere.md). The end is not spoken of at the first fit, where two networks in five stop as they were drawn.",
    {
        "literal": ("The end, where training comes near it: at length 4 at a loss of 0.01, from a small start at both lengths, and after 3,000 steps, the proxy without epsilon, and the goal with it (from 0.05 on after steps).", ends(True)),
        "generous": (
            "On the way there the random start still counts: the shares of descent of an infinitely wide network at each stop, after each number of steps and at each epsilon, surest for wide networks under plain descent; a small start is forgotten by a loss of 0.01.",
            lazy(),
        ),
    },
)


def features():
    lines = [
        expect(goal, total, {"arm": "small-start", "stop": stop})
        for stop, goal, total in [("first-fit", 0.2, 15), ("loss=0.1", 0.02, 50), ("loss=0.01", 0.01, 100)]
    ]
    for stop, goal in [("first-fit", 0.3), ("loss=0.1", 0.2), ("loss=0.01", 0.15)]:
        lines.append(expect(goal, 20, {"arm": WITHOUT, "stop": stop}))
    lines.append(expect(0.8, 10, {"arm": ELSEWHERE, "stop": "loss=0.01"}))
    return lines


write(
    "small-start",
    "Networks first find the features that the labels pull at, and at epsilon 0 end at the function of least variation norm: one unit along (1, 0, L), the proxy at every state (docs/coin-line.md, from a small start). A network that has every label as drawn stops at the first fit before it finds anything (two in five). The end above epsilon 0 has not been worked out: the literal reading is silent there, the generous one expects units along c - p.",
    {
        "literal": ("The proxy, where training comes near its end: at a loss of 0.01 without epsilon.", ends(False)),
        "generous": (
            "The proxy from a small start once trained; from a start of ordinary size mostly the proxy, the more so the lower the loss; with epsilon mostly the goal at a loss of 0.01.",
            features(),
        ),
    },
)

write(
    "knowing-nothing",
    "The reference: every split among the classes is as likely as any other.",
    {"literal": ("Uniform.", []), "generous": ("Uniform.", [])},
    claim=False,
)
