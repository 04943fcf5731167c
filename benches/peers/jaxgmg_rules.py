"""Episodes of jaxgmg's two worlds, for the test crates/worlds/tests/jaxgmg.rs to replay.

This does not run jaxgmg. It restates, in plain numpy and in our own words, the rules that jaxgmg
publishes (github.com/matomatical/jaxgmg and its fork timaeus-research/jaxgmg, Farrugia-Roberts et
al., MIT licence): the order of what happens in `_step` of `cheese_in_the_corner` and of
`keys_and_chests` and in `base.Env.step`, `_render_obs_bool`, and the parsers of levels, in the
versions c87b81d (corner, base) and 03268ee (keys) of the fork, the last ones with proxy rewards.
What is restated wrongly here is wrong in the test too.

Not restated: `automatically_reset` is off, so that observations are of the state that was come to;
`penalize_time` is off, as in all training commands. Levels are the examples in the documentation
and in the tests of jaxgmg, and random ones; actions are random. Both come from a small generator
that is written out below, so that no version of numpy matters.

Observations are stored as the flat indices at which they are true, in jaxgmg's own order of axes
[row, column, channel].

    python jaxgmg_rules.py > ../../crates/worlds/tests/golden/jaxgmg.json

Ran under Python 3.11.7 and numpy 2.4.6.
"""

import json
import sys

import numpy as np

STEPS = np.array([(-1, 0), (0, -1), (1, 0), (0, 1)])  # up, left, down, right
MAX_STEPS = 128

CORNER_EXAMPLE = """
# # # # #
# . . . #
# @ # . #
# . . * #
# # # # #
"""

KEYS_EXAMPLES = [
    """
# # # # #
# . k c #
# @ # k #
# k # c #
# # # # #
""",
    "# # # # #\n# @ k c #\n# # # # #",
    "# # # # # # #\n# @ k k c c #\n# # # # # # #",
    "# # # # # # #\n# c . @ k c #\n# # # # # # #",
]


class Draws:
    """A linear congruential generator (Knuth's MMIX), its upper half."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % bound


def cells(text):
    """The characters of a level, `[row][column]`: white space parts cells."""
    return np.array([line.split() for line in text.strip().splitlines()])


def places(grid, sign):
    """Rows and columns of a sign, `[object, 2]`, row by row."""
    return np.argwhere(grid == sign)


def walk(walls, mouse, action):
    ahead = mouse + STEPS[action]
    return mouse if walls[tuple(ahead)] else ahead


def at(objects, mouse):
    return (objects == mouse).all(axis=1)


class Corner:
    """Channels wall, mouse, cheese."""

    def __init__(self, text, both):
        grid = cells(text)
        self.walls = grid == "#"
        (self.mouse,), (self.cheese,) = places(grid, "@"), places(grid, "*")
        self.both = both
        self.got_cheese = self.got_corner = False

    def step(self, action):
        self.mouse = walk(self.walls, self.mouse, action)
        on_cheese = (self.mouse == self.cheese).all()
        on_corner = (self.mouse == (1, 1)).all()
        reward = on_cheese and not self.got_cheese
        proxy = on_corner and not self.got_corner
        self.got_cheese |= on_cheese
        self.got_corner |= on_corner
        done = self.got_cheese and (self.got_corner or not self.both)
        return int(reward), int(proxy), bool(done)

    def observe(self):
        image = np.zeros((*self.walls.shape, 3), bool)
        image[:, :, 0] = self.walls
        image[(*self.mouse, 1)] = True
        image[(*self.cheese, 2)] = not self.got_cheese
        return image


class Keys:
    """Channels wall, mouse, key, chest, inventory. The inventory is in the first columns."""

    def __init__(self, text):
        grid = cells(text)
        self.walls = grid == "#"
        (self.mouse,) = places(grid, "@")
        self.keys, self.chests = places(grid, "k"), places(grid, "c")
        self.got = np.zeros(len(self.keys), bool)
        self.used = np.zeros(len(self.keys), bool)
        self.opened = np.zeros(len(self.chests), bool)

    def step(self, action):
        self.mouse = walk(self.walls, self.mouse, action)
        self.got |= at(self.keys, self.mouse)
        in_hand = self.got & ~self.used
        opening = at(self.chests, self.mouse) & ~self.opened & in_hand.any()
        if opening.any():
            self.used[in_hand.argmax()] = True
        self.opened |= opening
        done = self.opened.sum() == min(len(self.keys), len(self.chests))
        proxy = self.got.sum() - self.used.sum()
        return int(opening.sum()), int(proxy), bool(done)

    def observe(self):
        image = np.zeros((*self.walls.shape, 5), bool)
        image[:, :, 0] = self.walls
        image[(*self.mouse, 1)] = True
        image[self.keys[:, 0], self.keys[:, 1], 2] = ~self.got
        image[self.chests[:, 0], self.chests[:, 1], 3] = ~self.opened
        image[0, np.arange(len(self.keys)), 4] = self.got & ~self.used
        return image


def episode(name, world, text, draws, settings):
    """One episode, in `base.Env.step`'s order: step, count, time-out."""
    shape = world.walls.shape
    seen = lambda: np.flatnonzero(world.observe()).tolist()
    record = {"world": name, "level": text.strip(), "height": shape[0], "width": shape[1]}
    record |= settings | {"first": seen(), "steps": []}
    for count in range(1, MAX_STEPS + 1):
        action = draws.below(4)
        reward, proxy, done = world.step(action)
        over = done or count >= MAX_STEPS
        step = {"action": action, "reward": reward, "proxy": proxy, "done": over}
        record["steps"].append(step | {"seen": seen()})
        if over:
            return record


def random_level(draws, side, things):
    """Walls with probability a quarter, and things in distinct open cells."""
    while True:
        grid = [["#" if min(r, c) < 1 or max(r, c) > side - 2 or draws.below(4) == 0 else "."
                 for c in range(side)] for r in range(side)]
        free = [(r, c) for r in range(side) for c in range(side) if grid[r][c] == "."]
        if len(free) >= len(things):
            break
    for thing in things:
        row, column = free.pop(draws.below(len(free)))
        grid[row][column] = thing
    return "\n".join(" ".join(row) for row in grid)


def main():
    draws = Draws(2024)
    episodes = []
    for side in [0, 0, 4, 5, 6, 7]:
        text = random_level(draws, side, "@*") if side else CORNER_EXAMPLE
        for both in [False, True]:
            episodes.append(episode("corner", Corner(text, both), text, draws, {"both": both}))
    levels = KEYS_EXAMPLES + [random_level(draws, 6, things)
                              for things in ["@kccc", "@kkkc", "@kkcc", "@kkkccc"]]
    for text in levels:
        episodes.append(episode("keys-and-chests", Keys(text), text, draws, {}))
    json.dump(episodes, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
