"""Writes docs/performance.md from the rounds that compare.py has measured."""

import datetime
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from works import Work

NAMES = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch", "mesascope": "ours"}

VECTOR_FLAGS = ("avx512f", "avx2", "fma", "asimd")


@dataclass
class Measured:
    """`rounds` holds for each side ("mesascope", "peak", peers) its repetitions, in order of round;
    `absent` why a side is missing."""

    work: Work
    rounds: dict[str, list[dict]]
    absent: dict[str, str]


@dataclass
class Circumstances:
    rounds: int
    core: int
    minutes: float
    load: tuple[float, float]


def rate(repetition: dict) -> float:
    """Units per CPU-second."""
    return repetition["units"] / repetition["cpu_seconds"]


def ratios(measured: Measured, peer: str) -> list[float]:
    """Ours over the peer's, round by round."""
    pairs = zip(measured.rounds["mesascope"], measured.rounds[peer])
    return [rate(ours) / rate(theirs) for ours, theirs in pairs]


def shares(measured: Measured, kind: str) -> list[float] | None:
    """Our share of the FMA peak, round by round; `kind` is nominal or executed."""
    ours, peaks = (measured.rounds.get(side) for side in ("mesascope", "peak"))
    if not ours or not peaks or ours[0].get(f"{kind}_flops") is None:
        return None
    return [
        rate(own) * own[f"{kind}_flops"] / (rate(peak) * peak["executed_flops"])
        for own, peak in zip(ours, peaks)
    ]


def figure(work: Work, repetitions: list[dict]) -> str:
    value = median(rate(repetition) for repetition in repetitions)
    if work.in_milliseconds:
        return f"{1e3 / value:.2f} ms a step"
    return f"{value:,.0f} {work.unit}/s"


def percent(values: list[float] | None) -> str:
    return "" if values is None else f"{100 * median(values):.0f}%"


def goal(work: Work, peer: str | None, measured: Measured) -> tuple[str, str]:
    """What is asked of this row, and whether it is reached (by the median of rounds)."""
    asked, reached = [], []
    known = "mesascope" in measured.rounds
    if peer is not None and peer == work.floor_peer:
        found = median(ratios(measured, peer)) if known and peer in measured.rounds else None
        for word, limit in (("at least", work.floor), ("aim", work.aim)):
            if limit is not None:
                asked.append(f"{word} {limit:g}x")
                reached.append("not measured" if found is None else yes_or_no(found >= limit))
    if work.share_floor is not None and (peer is None or peer == work.floor_peer):
        found = shares(measured, "executed")
        kind = "" if found else ", nominal taken"
        found = found or shares(measured, "nominal")
        asked.append(f"at least {100 * work.share_floor:.0f}% of the peak")
        verdict = "not measured" if found is None else yes_or_no(median(found) >= work.share_floor)
        reached.append(verdict + (kind if found else ""))
    return "; ".join(asked), "; ".join(reached)


def yes_or_no(holds: bool) -> str:
    return "yes" if holds else "**no**"


def row(measured: Measured, peer: str | None, best: bool) -> list[str]:
    work = measured.work
    ours = measured.rounds.get("mesascope")
    if peer is None:
        name, theirs, ratio = "none", "", ""
    else:
        repetitions = measured.rounds.get(peer)
        version = f" {repetitions[0]['version']}" if repetitions else ""
        name = NAMES[peer] + version + (", the best" if best else "")
        theirs = figure(work, repetitions) if repetitions else "not measured"
        ratio = ""
        if ours and repetitions:
            all_ratios = ratios(measured, peer)
            low, high = min(all_ratios), max(all_ratios)
            ratio = f"**{median(all_ratios):.2f}x** ({low:.2f} to {high:.2f})"
    floor, reached = goal(work, peer, measured)
    return [
        f"`{work.name}`",
        name,
        figure(work, ours) if ours else "not measured",
        theirs,
        ratio,
        floor,
        reached,
        percent(shares(measured, "nominal")),
        percent(shares(measured, "executed")),
    ]


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main_table(all_measured: list[Measured]) -> str:
    rows = []
    for measured in all_measured:
        there = [peer for peer in measured.work.peers if peer in measured.rounds]
        speed = lambda peer: -median(rate(done) for done in measured.rounds[peer])
        there.sort(key=speed)
        missing = [peer for peer in measured.work.peers if peer not in there]
        for place, peer in enumerate([*there, *missing] or [None]):
            rows.append(row(measured, peer, place == 0 and len(there) > 1))
    heads = ["work", "peer", "ours", "peer's", "ratio: median (least to most)", "asked", "reached"]
    return table(heads + ["share of FMA peak, nominal", "executed"], rows)


def same_work_table(all_measured: list[Measured]) -> str:
    rows = []
    for measured in all_measured:
        for name in measured.work.figures:
            for side in ("mesascope", *measured.work.peers):
                values = [done[name] for done in measured.rounds.get(side, [])]
                if values:
                    work = measured.work.name
                    rows.append([f"`{work}`", name, NAMES[side], f"{mean(values):.4g}"])
    return table(["work", "figure", "side", "mean over rounds"], rows)


def ways_table(all_measured: list[Measured]) -> str:
    rows = []
    for measured in all_measured:
        for peer in measured.work.peers:
            for done in measured.rounds.get(peer, [])[:1]:
                for way, reached in sorted(done["tried"].items(), key=lambda item: -item[1]):
                    mark = "measured" if way == done["way"] else ""
                    cells = [f"`{measured.work.name}`", NAMES[peer], way, f"{reached:,.1f}", mark]
                    rows.append(cells)
    return table(["work", "peer", "way", "units per CPU-second, best look", ""], rows)


def said(command: list[str], root: Path) -> str:
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def machine(all_measured: list[Measured], how: Circumstances, root: Path) -> str:
    model, flags = platform.processor() or platform.machine(), set()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                model = value.strip()
            if name.strip() in ("flags", "Features"):
                flags = set(value.split())
    except OSError:
        pass
    peaks = [rate(done) / 1e3 for one in all_measured for done in one.rounds.get("peak", [])]
    peak = "not measured"
    if peaks:
        spread = f"{min(peaks):.0f} to {max(peaks):.0f}"
        seen = (done for one in all_measured for done in one.rounds.get("peak", []))
        bits = next(seen)["vector_bits"]
        peak = f"{median(peaks):.0f} GFLOP/s ({spread} over the rounds), vectors of {bits:.0f} bits"
    found = [flag for flag in VECTOR_FLAGS if flag in flags]
    changed = said(["git", "status", "--porcelain", "--untracked-files=no"], root)
    commit = said(["git", "rev-parse", "--short=12", "HEAD"], root) or "unknown"
    commit += " with changes" if changed else ""
    rows = [
        ["date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")],
        ["processor", f"{model}, {' '.join(found)}; core {how.core} of {os.cpu_count()}"],
        ["FMA peak of the core, in this run", peak],
        ["system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"],
        ["ours", f"commit {commit}, {said(['rustc', '-V'], root)}"],
        ["rounds", f"{how.rounds}, {how.minutes:.1f} minutes in all"],
        ["load average before and after", f"{how.load[0]:.1f}, {how.load[1]:.1f}"],
    ]
    return table(["", ""], rows)


def written(all_measured: list[Measured], how: Circumstances, root: Path) -> str:
    """The whole of docs/performance.md."""
    works = table(
        ["work", "what"], [[f"`{one.work.name}`", one.work.what] for one in all_measured]
    )
    absent = [
        f"- `{one.work.name}`, {NAMES.get(side, side)}: {reason}"
        for one in all_measured
        for side, reason in one.absent.items()
    ]
    missing = "\n".join(["", "Not measured:", "", *absent, ""]) if absent else ""
    return f"""# Performance

This file is written by `./check --peers`, which installs the peers in `target/peers-venv` (exact
versions in `benches/peers/requirements.txt`), builds ours, and runs the two side by side. Do not
edit it by hand.

A ratio is work per CPU-second, ours over the peer's: above 1 ours is faster. Both sides have one
thread on the same core and take turns, round by round; the ratio is taken within a round. The
machine may be shared with others, who slow a CPU-second down by what they do to caches and clock;
hence the ratio within a round, and its least and most beside the median.

{main_table(all_measured)}
{missing}
Nominal operations are those of the products that the work defines (a multiplication and an addition
are two; drawing, activations and the optimiser count nothing). Executed ones are those that ours
does, with padding and without what it skips, where it counts them. The peak is that of fused
multiply-adds on registers, measured in the same rounds.

{works}

## Machine

{machine(all_measured, how, root)}

## That it is the same work

Both sides draw their own numbers from the same distributions; these figures should agree to within
chance. `constant`: share of functions that are all 0 or all 1. `mean_steps`: updates of a network
until it fits. `loss`: mean loss at the last step of a repetition.

{same_work_table(all_measured)}

## Ways tried for the peers

Each peer is tried in several formulations at the start of a run, and the fastest takes part.

{ways_table(all_measured)}
"""
