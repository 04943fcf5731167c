"""Ours against the peers: the same work, the same core, one run, a ratio per CPU-second.

`./check --peers` runs this. For each work, our program, the FMA peak and the peers are started one
after the other, so that each chooses its best way undisturbed; then their repetitions take turns,
round by round, in an order that is reversed every other round. Ratios and shares are taken within a
round and the median of rounds is reported, so that a neighbour on the machine disturbs both sides.

    python compare.py [--rounds 5] [--seconds 1] [--core 0] [--only WORK] [--ours PROGRAM]
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import report
from works import WORKS, Work

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

PEAK_SECONDS = 0.2


class Absent(Exception):
    """A side that could not be started or ended early, with its last words."""


class Side:
    """A program that says when it is ready and then makes a repetition for every line it gets."""

    def __init__(self, command: list[str], rounds: int, seconds: float):
        command = [*command, "--wait", "--repetitions", str(rounds), "--seconds", str(seconds)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.line()

    def line(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            words = self.process.stderr.read().strip().splitlines()
            raise Absent(words[-1] if words else "it ended without a word")
        return json.loads(line)

    def repetition(self) -> dict:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.line()

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def measure(work: Work, ours: Path, rounds: int, seconds: float) -> report.Measured:
    """All rounds of one work, and why a side is missing if one is."""
    commands = {"mesascope": [str(ours), work.name], "peak": [str(ours), "fma-peak"]}
    for peer in work.peers:
        script = [sys.executable, str(HERE / work.script), *work.arguments]
        commands[peer] = [*script, "--peer", peer]
    sides, absent = {}, {}
    for name, command in commands.items():
        try:
            own = PEAK_SECONDS if name == "peak" else seconds
            sides[name] = Side(command, rounds, own)
        except Absent as reason:
            absent[name] = str(reason)
    made = {name: [] for name in sides}
    for turn in range(rounds):
        order = list(sides) if turn % 2 == 0 else list(reversed(sides))
        for name in order:
            made[name].append(sides[name].repetition())
    for side in sides.values():
        side.end()
    for name, repetitions in made.items():
        if name != "peak":
            rates = [report.rate(repetition) for repetition in repetitions]
            print(f"   {name}: {median(rates):,.1f} {work.unit} per CPU-second", flush=True)
    for name, reason in absent.items():
        print(f"   {name}: not measured ({reason})", flush=True)
    return report.Measured(work, made, absent)


def main() -> None:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser = argparse.ArgumentParser(description="ours against the peers, per CPU-second")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of CPU a repetition")
    parser.add_argument("--core", type=int, default=0, help="where everything runs")
    parser.add_argument("--ours", type=Path, default=target / "release" / "peer")
    parser.add_argument(
        "--only",
        choices=[work.name for work in WORKS],
        help="one work, printed and not written to docs/performance.md",
    )
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {options.core})
    started, load = time.time(), os.getloadavg()[0]
    measured = []
    for work in WORKS:
        if options.only in (None, work.name):
            print(f"== {work.name}", flush=True)
            measured.append(measure(work, options.ours, options.rounds, options.seconds))
    circumstances = report.Circumstances(
        rounds=options.rounds,
        core=options.core,
        minutes=(time.time() - started) / 60,
        load=(load, os.getloadavg()[0]),
    )
    text = report.written(measured, circumstances, ROOT)
    if options.only:
        print(text)
    else:
        (ROOT / "docs" / "performance.md").write_text(text)
        print("written: docs/performance.md")


if __name__ == "__main__":
    main()
