"""Random 7-40-40-1 ReLU networks on all 128 inputs of 0 and 1, as functions of 128 bits.

Unit: functions. Counted: drawing the weights, the forward pass, packing the bits `output > 0`.

`--weights gaussian`: weights N(0, 1 / fan in), biases N(0, 1).
`--weights uniform`: weights and biases uniform in [-1, 1), as in Valle-Perez et al. 2019.

The figure `constant` is the share of functions that are all 0 or all 1 (uniform: 0.203 +- 0.003).

    python functions.py --weights gaussian [--peer numpy|jax|torch]
"""

import argparse

import common
import numpy as np

INPUTS = ((np.arange(128)[:, None] >> np.arange(6, -1, -1)) & 1).astype(np.float32)
INPUTS_TURNED = np.ascontiguousarray(INPUTS.T)
SIZES = [7, 40, 40, 1]
NETWORKS = 4096
"""Networks a run, in batches of the size that is being tried."""

ROWS_FIRST = [shape for i, o in zip(SIZES, SIZES[1:]) for shape in ((i, o), (1, o))]
UNITS_FIRST = [shape for i, o in zip(SIZES, SIZES[1:]) for shape in ((o, i), (o, 1))]
"""Shapes of the weights and biases of a network whose layers give [row, unit] or [unit, row]."""

COUNT = sum(rows * columns for rows, columns in ROWS_FIRST)


def scales(weights: str) -> list[float]:
    """The standard deviation of each of the six arrays of a network; 1 each if uniform."""
    if weights == "uniform":
        return [1.0] * 6
    return [scale for i in SIZES[:-1] for scale in (i**-0.5, 1.0)]


def constant(packed) -> float:
    packed = np.asarray(packed)
    return float(np.mean((packed == 0).all(1) | (packed == 255).all(1)))


def cut(flat, batch: int, shapes):
    """The six arrays of `batch` networks, [network, ...], out of one flat array."""
    start, parts = 0, []
    for rows, columns in shapes:
        end = start + rows * columns * batch
        parts.append(flat[start:end].reshape(batch, rows, columns))
        start = end
    return parts


def numpy_draw(rng, out, weights: str, shapes):
    """Fills `out`, [COUNT * batch]. Writing in place spares a page fault for every 4 KiB."""
    if weights == "uniform":
        rng.random(out=out, dtype=np.float32)
        out *= 2
        out -= 1
    else:
        rng.standard_normal(out=out, dtype=np.float32)
    parts = cut(out, len(out) // COUNT, shapes)
    for part, scale in zip(parts, scales(weights)):
        if scale != 1.0:
            part *= np.float32(scale)
    return parts


def with_numpy(weights: str):
    def rows_first(w1, b1, w2, b2, w3, b3):
        hidden = INPUTS @ w1
        hidden += b1
        np.maximum(hidden, 0, out=hidden)
        hidden = hidden @ w2
        hidden += b2
        np.maximum(hidden, 0, out=hidden)
        return np.packbits((hidden @ w3 + b3)[..., 0] > 0, axis=1)

    def units_first(w1, b1, w2, b2, w3, b3):
        hidden = w1 @ INPUTS_TURNED
        hidden += b1
        np.maximum(hidden, 0, out=hidden)
        hidden = w2 @ hidden
        hidden += b2
        np.maximum(hidden, 0, out=hidden)
        return np.packbits((w3 @ hidden + b3)[:, 0] > 0, axis=1)

    def way(forward, batch):
        rng = np.random.Generator(np.random.SFC64(1))
        buffer = np.empty(COUNT * batch, np.float32)
        shapes = ROWS_FIRST if forward is rows_first else UNITS_FIRST

        def run():
            packed = [
                forward(*numpy_draw(rng, buffer, weights, shapes)) for _ in range(NETWORKS // batch)
            ]
            return {"constant": constant(np.concatenate(packed))}

        return common.Way(f"{forward.__name__}, batches of {batch}", NETWORKS, run)

    ways = [way(units_first, batch) for batch in (16, 32, 64, 512)]
    return np.__version__, ways + [way(rows_first, batch) for batch in (32, 64)]


def with_jax(weights: str):
    import jax
    import jax.numpy as jnp

    def uniform_or_normal(key, batch):
        if weights == "uniform":
            return jax.random.uniform(key, (batch * COUNT,), minval=-1.0, maxval=1.0)
        return jax.random.normal(key, (batch * COUNT,))

    def box_muller(key, batch):
        """JAX's own normal inverts the error function, which is not always the faster."""
        half = -(-batch * COUNT // 2)
        bits = jax.random.bits(key, (2, half)) >> 8
        radius = jnp.sqrt(-2 * jnp.log((bits[0].astype(jnp.float32) + 0.5) * 2.0**-24))
        angle = bits[1].astype(jnp.float32) * (2.0**-24 * 2 * np.pi)
        return jnp.concatenate([radius * jnp.cos(angle), radius * jnp.sin(angle)])

    def rows_first(w1, b1, w2, b2, w3, b3):
        hidden = jax.nn.relu(jnp.einsum("ni,bij->bnj", INPUTS, w1) + b1)
        hidden = jax.nn.relu(jnp.einsum("bni,bij->bnj", hidden, w2) + b2)
        return (jnp.einsum("bni,bij->bnj", hidden, w3) + b3)[..., 0]

    def units_first(w1, b1, w2, b2, w3, b3):
        hidden = jax.nn.relu(jnp.einsum("bji,in->bjn", w1, INPUTS_TURNED) + b1)
        hidden = jax.nn.relu(jnp.einsum("bji,bin->bjn", w2, hidden) + b2)
        return (jnp.einsum("bji,bin->bjn", w3, hidden) + b3)[:, 0]

    def way(forward, draw, generator, batch):
        shapes = ROWS_FIRST if forward is rows_first else UNITS_FIRST

        def functions(key):
            key, own = jax.random.split(key)
            parts = cut(draw(own, batch), batch, shapes)
            parts = [part * scale for part, scale in zip(parts, scales(weights))]
            return key, jnp.packbits(forward(*parts) > 0, axis=1)

        compiled = jax.jit(functions)
        state = [jax.random.key(1, impl=generator)]

        def run():
            packed = []
            for _ in range(NETWORKS // batch):
                state[0], functions = compiled(state[0])
                packed.append(functions)
            return {"constant": constant(np.concatenate(packed))}

        name = f"{forward.__name__}, {draw.__name__}, {generator}, batches of {batch}"
        return common.Way(name, NETWORKS, run)

    ways = [way(units_first, uniform_or_normal, "threefry2x32", b) for b in (64, 128, 512, 4096)]
    ways.append(way(rows_first, uniform_or_normal, "threefry2x32", 64))
    ways.append(way(units_first, uniform_or_normal, "unsafe_rbg", 64))
    if weights == "gaussian":
        ways.append(way(units_first, box_muller, "threefry2x32", 64))
    return jax.__version__, ways


def with_torch(weights: str):
    import torch

    torch.set_num_threads(1)
    inputs = torch.from_numpy(INPUTS_TURNED)

    def way(drawn_by, batch):
        rng = np.random.Generator(np.random.SFC64(1))
        flat = torch.empty(COUNT * batch)
        parts = [part for part in cut(flat, batch, UNITS_FIRST)]

        def draw():
            if drawn_by == "numpy":
                numpy_draw(rng, flat.numpy(), weights, UNITS_FIRST)
                return parts
            flat.uniform_(-1, 1) if weights == "uniform" else flat.normal_()
            for part, scale in zip(parts, scales(weights)):
                if scale != 1.0:
                    part.mul_(scale)
            return parts

        def batch_of_functions():
            w1, b1, w2, b2, w3, b3 = draw()
            hidden = torch.baddbmm(b1, w1, inputs.expand(batch, -1, -1)).relu_()
            hidden = torch.baddbmm(b2, w2, hidden).relu_()
            output = torch.baddbmm(b3, w3, hidden).view(batch, 128)
            return np.packbits((output > 0).numpy(), axis=1)

        def run():
            with torch.inference_mode():
                packed = [batch_of_functions() for _ in range(NETWORKS // batch)]
            return {"constant": constant(np.concatenate(packed))}

        return common.Way(f"drawn by {drawn_by}, batches of {batch}", NETWORKS, run)

    ways = [way("torch", batch) for batch in (16, 32, 64, 128, 512)]
    return torch.__version__, ways + [way("numpy", batch) for batch in (32, 64)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--weights", choices=["gaussian", "uniform"], default="gaussian")
    weights = parser.parse_known_args()[0].weights
    peers = {"numpy": with_numpy, "jax": with_jax, "torch": with_torch}
    common.main(
        f"functions-{weights}",
        {name: lambda peer=peer: peer(weights) for name, peer in peers.items()},
        [parser],
    )
