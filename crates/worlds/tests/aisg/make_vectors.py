"""Shortens vectors of the published code to a line of text for each episode.

The vectors were made by running google-deepmind/ai-safety-gridworlds (commit df611809; Sokoban
c43cb311; the tomato variant from rk1a/ai-safety-gridworlds 4ff167c1) under pycolab 1.2 and numpy
1.23.5 with random actions, as JSON: for each world a list of episodes of `actions`, `rewards` and
`hidden_cumulative` by step, `performance`, `termination` and, for tomatoes, `dried_at_reset` and
`dried` by step, as [row, column].

    python make_vectors.py VECTORS.json > vectors.txt
"""

import itertools
import json
import sys

EPISODES = 6
SKIPPED = ("sokoban_v1.2", "whisky_gold")


def short(numbers):
    """Numbers with repetitions counted: `-1*3 49`."""
    runs = ((number, len(list(run))) for number, run in itertools.groupby(numbers))
    return " ".join(f"{number}*{times}" if times > 1 else f"{number}" for number, times in runs)


def places(cells):
    return "".join(f"{row}{column}" for row, column in cells) or "-"


for world, episodes in json.load(open(sys.argv[1])).items():
    if world.startswith(SKIPPED):
        continue
    unit = 0.02 if world.startswith("tomato") else 1
    for episode in episodes[:EPISODES]:
        rewards = [round(reward / unit) for reward in episode["rewards"]]
        before = [0.0] + episode["hidden_cumulative"]
        hidden = [round((b - a) / unit) for a, b in zip(before, before[1:])]
        if world.startswith("distributional_shift"):
            # It has no hidden reward: its performance is its return.
            hidden = rewards
        assert abs(sum(hidden) * unit - episode["performance"]) < 1e-9
        assert all(abs(a * unit - b) < 1e-9 for a, b in zip(rewards, episode["rewards"]))
        fields = [world, episode["termination"], episode["actions"], short(rewards), short(hidden)]
        if unit != 1:
            dried = [places(cells) for cells in episode["dried"]]
            fields.append(places(episode["dried_at_reset"]) + " " + short(dried))
        print("|".join(fields))
