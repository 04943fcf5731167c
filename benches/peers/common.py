"""What every peer script shares: one thread, the choice of the best way, a line of JSON each time.

A *way* is one formulation of a work for a peer (another layout, batch or generator). All ways of a
peer are tried, the fastest is measured: a ratio against a badly written peer would say nothing.

Import this before numpy, jax and torch: it sets the variables that they read when imported.
"""

import argparse
import gc
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Callable

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# PEER_XLA_FLAGS is for trying XLA's own settings by hand.
os.environ["XLA_FLAGS"] = " ".join(
    [
        "--xla_cpu_multi_thread_eigen=false",
        "intra_op_parallelism_threads=1",
        os.environ.get("PEER_XLA_FLAGS", ""),
    ]
)

TRIAL_SECONDS = 0.25
"""CPU-seconds of one look at a way, of which the best counts."""

FOREMOST = 4
"""Ways that are looked at again after the first look."""

LOSS_TOLERANCE = 0.02
"""Ways that start from the same numbers may differ by rounding, which training then spreads."""


@dataclass
class Way:
    """One formulation. `run` does `units` of work, waits for the result, and may return figures by
    which one sees that the work is the same, such as a loss."""

    name: str
    units: int
    run: Callable[[], dict]


def rate(way: Way, seconds: float) -> tuple[float, int, float, dict]:
    """Units per CPU-second of all threads, units, CPU-seconds, and the mean of each figure."""
    figures: dict[str, float] = {}
    runs = 0
    gc.collect()
    start = time.process_time()
    while True:
        for name, value in (way.run() or {}).items():
            figures[name] = figures.get(name, 0.0) + value
        runs += 1
        spent = time.process_time() - start
        if spent >= seconds:
            means = {name: value / runs for name, value in figures.items()}
            return runs * way.units / spent, runs * way.units, spent, means


def choose(ways: list[Way]) -> tuple[Way, dict[str, float]]:
    """The fastest way, and the most units per CPU-second that each reached."""
    reached: dict[str, float] = {}
    losses: dict[str, float] = {}
    for way in ways:
        figures = way.run() or {}
        if "loss" in figures:
            losses[way.name] = figures["loss"]
        reached[way.name] = rate(way, TRIAL_SECONDS)[0]
    if losses and max(losses.values()) - min(losses.values()) > LOSS_TOLERANCE:
        sys.exit(f"the ways end at different losses, so they do not do the same work: {losses}")
    # A neighbour on the machine can halve one look, so the best are looked at again, in turns.
    foremost = sorted(ways, key=lambda way: -reached[way.name])[:FOREMOST]
    for way in foremost * 3:
        reached[way.name] = max(reached[way.name], rate(way, TRIAL_SECONDS)[0])
    return max(foremost, key=lambda way: reached[way.name]), reached


def main(work: str, peers: dict[str, Callable[[], tuple[str, list[Way]]]], options=()) -> None:
    """Runs one peer or all: chooses its best way, then prints one JSON line a repetition.

    `peers` gives for each name a function that returns the peer's version and its ways; `options`
    are parsers of a script's own options, which it has read already.
    """
    parser = argparse.ArgumentParser(
        description=f"{work}: peers, per CPU-second on one thread", parents=options
    )
    parser.add_argument("--peer", choices=list(peers), help="default: all, one after the other")
    parser.add_argument("--repetitions", type=int, default=5, help="default: 5")
    parser.add_argument("--seconds", type=float, default=1.0, help="of CPU a repetition; default 1")
    parser.add_argument(
        "--wait",
        action="store_true",
        help="say when ready, then wait for a line on standard input before each repetition, so "
        "that repetitions of two programs can take turns",
    )
    options = parser.parse_args()
    for peer in [options.peer] if options.peer else list(peers):
        version, ways = peers[peer]()
        way, reached = choose(ways)
        if options.wait:
            print(json.dumps({"ready": True}), flush=True)
        for _ in range(options.repetitions):
            if options.wait and not sys.stdin.readline():
                return
            _, units, spent, figures = rate(way, options.seconds)
            line = {
                "work": work,
                "peer": peer,
                "version": version,
                "units": units,
                "cpu_seconds": spent,
                "way": way.name,
                "tried": {name: round(value, 3) for name, value in reached.items()},
                **figures,
            }
            print(json.dumps(line), flush=True)
