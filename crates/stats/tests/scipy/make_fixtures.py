"""Writes fixtures.json: rank correlations, lines and divergences as scipy computes them.

Made with scipy 1.17.1 and numpy 2.4.6 under Python 3.11:

    python make_fixtures.py > fixtures.json

The tests read the stored JSON, so they run without scipy. Counts are given by key, sparse, so that
the pairing is tested too; the script pairs them by a dense array over all keys.
"""

import json
import math

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(1)


def points(count, slope, scatter, rounded):
    x = rng.normal(size=count) * 3.0 - 100.0
    y = slope * x + scatter * rng.normal(size=count)
    if rounded is not None:
        x, y = np.round(x, rounded), np.round(y, rounded)
    return x, y


def interval(rho, count, level):
    half = stats.norm.ppf(0.5 + level / 2) * math.sqrt((1 + rho**2 / 2) / (count - 3))
    return [math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)]


def fit(x, y):
    line = stats.linregress(x, y)
    half = stats.t.ppf(0.975, len(x) - 2) * line.stderr
    rho = stats.spearmanr(x, y).statistic
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "x_ranks": stats.rankdata(x).tolist(),
        "rho": rho,
        "rho_interval_90": interval(rho, len(x), 0.90),
        "slope": line.slope,
        "intercept": line.intercept,
        "r_squared": line.rvalue**2,
        "slope_error": line.stderr,
        "intercept_error": line.intercept_stderr,
        "slope_interval_95": [line.slope - half, line.slope + half],
    }


def samples(keys, draws, tilt):
    """Two samples over `keys` functions with heavy-tailed shares, the second's tilted."""
    shares = 1.0 / np.arange(1, keys + 1) ** 1.3
    tilted = shares**tilt
    both = [rng.multinomial(n, p / p.sum()) for n, p in zip(draws, (shares, tilted))]
    alpha, hits = 0.5, 10
    seen = np.append(np.flatnonzero(both[0] + both[1]), keys)
    padded = [np.append(counts, 0)[seen] + alpha for counts in both]
    kept = np.minimum(*both) >= hits
    shares = [np.log10(counts[kept] / counts.sum()) for counts in both]
    line = stats.linregress(*shares)
    return {
        "first": [[int(k), int(c)] for k, c in enumerate(both[0]) if c],
        "second": [[int(k), int(c)] for k, c in enumerate(both[1]) if c],
        "alpha": alpha,
        "hits": hits,
        "keys": len(seen) - 1,
        "keys_with_hits": int(kept.sum()),
        "slope": line.slope,
        "r_squared": line.rvalue**2,
        "rho": stats.spearmanr(*shares).statistic,
        "first_from_second_bits": stats.entropy(padded[0], padded[1], base=2),
        "second_from_first_bits": stats.entropy(padded[1], padded[0], base=2),
        "total_variation": 0.5 * np.abs(both[0] / draws[0] - both[1] / draws[1]).sum(),
    }


fits = [
    fit(*points(5, 1.0, 1.0, None)),
    fit(*points(12, -0.5, 2.0, None)),
    fit(*points(40, 0.3, 1.0, 0)),
    fit(*points(40, 2.0, 0.1, None)),
    fit(*points(25, 0.0, 1.0, 0)),
]
pairs = [
    samples(50, (5000, 5000), 1.0),
    samples(300, (20000, 3000), 1.4),
    samples(1000, (2000, 2000), 0.6),
]


def lines(entries):
    return ",\n".join(json.dumps(entry) for entry in entries)


print(f'{{"scipy": "{scipy.__version__}",')
print(f'"fits": [\n{lines(fits)}\n],')
print(f'"samples": [\n{lines(pairs)}\n]}}')
