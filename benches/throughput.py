"""How long a study takes with more seeds and with more cores: `./check --throughput`.

Runs studies/calibration/throughput.toml into a temporary folder with 750, 1,500 and 3,000 seeds a
cell on one thread, and with 3,000 on two, each three times in turn, and writes docs/throughput.md:
wall seconds, CPU seconds, and the two ratios that matter. Needs two free cores to say anything
about two cores. Python's standard library is enough.
"""

import datetime
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STUDY = os.path.join(ROOT, "studies", "calibration", "throughput.toml")
CELLS = 4
RUNS = [(750, 1), (1500, 1), (3000, 1), (3000, 2)]
ROUNDS = 3


def run(program, seeds, threads):
    """Wall and CPU seconds of one run."""
    with tempfile.TemporaryDirectory() as out:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        command = [program, "run", STUDY, "--preset", "standard", "--threads", str(threads)]
        command += ["--set", f"seeds.standard={seeds}", "--out", out]
        done = subprocess.run(command, capture_output=True, text=True)
        wall = time.perf_counter() - started
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def main():
    program = sys.argv[1]
    walls = {key: [] for key in RUNS}
    cpus = {key: [] for key in RUNS}
    load = os.getloadavg()[0]
    for _ in range(ROUNDS):
        for key in RUNS:
            wall, cpu = run(program, *key)
            walls[key].append(wall)
            cpus[key].append(cpu)
            print(f"{key[0]} seeds, {key[1]} threads: {wall:.1f} s wall, {cpu:.1f} s CPU", flush=True)
    middle = {key: statistics.median(values) for key, values in walls.items()}
    pairs = zip(walls[(3000, 1)], walls[(3000, 2)])
    cores = sorted(one / two for one, two in pairs)
    growth = sorted(four / one for one, four in zip(cpus[(750, 1)], cpus[(3000, 1)]))
    lines = [
        "# Throughput",
        "",
        "Written by `./check --throughput` (benches/throughput.py): the study",
        "`calibration/throughput`, 4 cells of 5-40-40-1 networks trained to a loss of 0.01, all of a",
        "run: planning, training, measuring, records, judging. Medians of three rounds.",
        "",
        "| seeds a cell | threads | networks | wall seconds | CPU seconds | networks a CPU-second |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for seeds, threads in RUNS:
        cpu = statistics.median(cpus[(seeds, threads)])
        networks = CELLS * seeds
        lines.append(
            f"| {seeds:,} | {threads} | {networks:,} | {middle[(seeds, threads)]:.1f} |"
            f" {cpu:.1f} | {networks / cpu:,.0f} |"
        )
    lines += [
        "",
        f"Four times the seeds take {growth[1]:.2f} times the CPU-seconds"
        f" ({growth[0]:.2f} to {growth[-1]:.2f}). Two threads are {cores[1]:.2f} times as fast as one"
        f" ({cores[0]:.2f} to {cores[-1]:.2f}); at least 1.8 is asked.",
        "",
        f"Machine: {platform.processor() or platform.machine()}, {os.cpu_count()} cores,"
        f" load average {load:.1f} before, {datetime.date.today()}.",
        "",
    ]
    text = "\n".join(lines)
    print(text)
    with open(os.path.join(ROOT, "docs", "throughput.md"), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
