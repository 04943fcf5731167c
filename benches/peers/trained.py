"""5-40-40-1 ReLU networks, each trained to zero error on 16 of the 32 rows of `x0 & x1`.

Unit: networks. Counted: drawing rows and weights, and full-batch Adam (learning rate 0.01) on the
logistic loss until the first step at which all 16 rows have their label (an output above 0 is a 1).
Inputs 0 and 1. Weights start N(0, 2 / fan in), in the last layer N(0, 1 / fan in), biases 0.

The figures: `mean_steps`, updates until the fit, by which one sees that the work is the same;
`fitted`, the share that ended with a fit (a network is given up after 20,000 updates). CPU-seconds
over units times `mean_steps` is the time of a step of one network, drawing included.

    python trained.py [--peer jax|torch]
"""

import common
import numpy as np

SIZES = [5, 40, 40, 1]
INPUTS = ((np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1).astype(np.float32)
LABELS = INPUTS[:, 0] * INPUTS[:, 1]
SHOWN = 16
RATE, BETA1, BETA2, EPSILON = 0.01, 0.9, 0.999, 1e-8
MOST_STEPS = 20_000
NETWORKS = 1024
"""Networks a run."""

SCALES = [(2 / 5) ** 0.5, (2 / 40) ** 0.5, (1 / 40) ** 0.5]
COUNT = sum((reads + 1) * gives for reads, gives in zip(SIZES, SIZES[1:]))


def with_jax():
    import jax
    import jax.numpy as jnp

    def draw(key):
        """Parameters of one network and the rows it is shown."""
        own, rows = jax.random.split(key)
        normal = jax.random.normal(own, (COUNT,))
        parameters, begin = [], 0
        for reads, gives, scale in zip(SIZES, SIZES[1:], SCALES):
            weights = normal[begin : begin + reads * gives].reshape(gives, reads) * scale
            parameters += [weights, jnp.zeros((gives, 1))]
            begin += reads * gives
        chosen = jax.random.permutation(rows, 32)[:SHOWN]
        return parameters, jnp.asarray(INPUTS)[chosen], jnp.asarray(LABELS)[chosen]

    def forward(parameters, inputs):
        """By rows: [row, unit]."""
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = jax.nn.relu(inputs @ w1.T + b1.T)
        hidden = jax.nn.relu(hidden @ w2.T + b2.T)
        return (hidden @ w3.T + b3.T)[:, 0]

    def forward_turned(parameters, inputs):
        """By units: [unit, row]."""
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = jax.nn.relu(w1 @ inputs.T + b1)
        hidden = jax.nn.relu(w2 @ hidden + b2)
        return (w3 @ hidden + b3)[0]

    def autodiff(forward):
        def loss(parameters, inputs, labels):
            logits = forward(parameters, inputs)
            return jnp.mean(jnp.logaddexp(0.0, logits) - labels * logits), logits

        def gradient(parameters, inputs, labels):
            slopes, logits = jax.grad(loss, has_aux=True)(parameters, inputs, labels)
            return logits, slopes

        return gradient

    def by_hand(parameters, inputs, labels):
        w1, b1, w2, b2, w3, b3 = parameters
        first = jax.nn.relu(w1 @ inputs.T + b1)
        second = jax.nn.relu(w2 @ first + b2)
        logits = (w3 @ second + b3)[0]
        slope = ((jax.nn.sigmoid(logits) - labels) / SHOWN)[None, :]
        of_second = jnp.where(second > 0, w3.T * slope, 0)
        of_first = jnp.where(first > 0, w2.T @ of_second, 0)
        total = lambda slopes: jnp.sum(slopes, 1, keepdims=True)
        slopes = [of_first @ inputs, total(of_first), of_second @ first.T, total(of_second)]
        return logits, slopes + [jnp.sum(second * slope, 1)[None, :], total(slope)]

    def step_one(gradient):
        """One update of one network, unless it fits already."""

        def step(state, inputs, labels):
            parameters, means, squares, count, done = state
            logits, slopes = gradient(parameters, inputs, labels)
            done = done | jnp.all((logits > 0) == (labels > 0.5)) | (count >= MOST_STEPS)
            now = (count + 1).astype(jnp.float32)
            size, root = RATE / (1 - BETA1**now), jnp.sqrt(1 - BETA2**now)
            means = [BETA1 * mean + (1 - BETA1) * slope for mean, slope in zip(means, slopes)]
            squares = [BETA2 * q + (1 - BETA2) * slope * slope for q, slope in zip(squares, slopes)]
            # What is kept of a network that fits are its parameters and its count of steps.
            parameters = [
                jnp.where(done, p, p - size * mean / (jnp.sqrt(square) / root + EPSILON))
                for p, mean, square in zip(parameters, means, squares)
            ]
            return parameters, means, squares, jnp.where(done, count, count + 1), done

        return step

    def fresh(keys):
        parameters, inputs, labels = jax.vmap(draw)(keys)
        zeros = [jnp.zeros_like(p) for p in parameters]
        count = jnp.zeros(len(keys), jnp.int32)
        return (parameters, zeros, zeros, count, count > 0), inputs, labels

    def one_by_one(gradient):
        """No batch: a loop over networks, what one needs stays in the nearest cache."""

        def train(key):
            parameters, inputs, labels = draw(key)

            def look(parameters):
                logits, slopes = gradient(parameters, inputs, labels)
                return jnp.all((logits > 0) == (labels > 0.5)), slopes

            def step(state):
                parameters, means, squares, count, (_, slopes) = state
                now = (count + 1).astype(jnp.float32)
                size, root = RATE / (1 - BETA1**now), jnp.sqrt(1 - BETA2**now)
                means = [BETA1 * m + (1 - BETA1) * slope for m, slope in zip(means, slopes)]
                squares = [BETA2 * q + (1 - BETA2) * g * g for q, g in zip(squares, slopes)]
                parameters = [
                    p - size * mean / (jnp.sqrt(square) / root + EPSILON)
                    for p, mean, square in zip(parameters, means, squares)
                ]
                return parameters, means, squares, count + 1, look(parameters)

            zeros = [jnp.zeros_like(p) for p in parameters]
            state = (parameters, zeros, zeros, jnp.int32(0), look(parameters))
            state = jax.lax.while_loop(
                lambda state: ~state[4][0] & (state[3] < MOST_STEPS), step, state
            )
            return state[3], state[0]

        def all_networks(key):
            key, own = jax.random.split(key)
            return key, *jax.lax.map(train, jax.random.split(own, NETWORKS))

        return all_networks

    def until_all_fit(gradient, batch):
        """A batch runs until its last network fits."""
        step = jax.vmap(step_one(gradient))

        def train(keys):
            state, inputs, labels = fresh(keys)
            state = jax.lax.while_loop(
                lambda state: ~jnp.all(state[4]), lambda state: step(state, inputs, labels), state
            )
            return state[3], state[0]

        def all_batches(key):
            key, own = jax.random.split(key)
            keys = jax.random.split(own, NETWORKS).reshape(NETWORKS // batch, batch)
            steps, parameters = jax.lax.map(train, keys)
            return key, steps, parameters

        return all_batches

    def with_refill(gradient, batch, between):
        """Every `between` updates, a network that fits makes room for the next."""
        step = jax.vmap(step_one(gradient))

        def all_networks(key):
            key, own = jax.random.split(key)
            waiting = fresh(jax.random.split(own, NETWORKS))
            first = jax.tree.map(lambda a: a[:batch], waiting)
            ended = jax.tree.map(jnp.zeros_like, (waiting[0][3], waiting[0][0]))

            def some_steps(carry):
                (state, inputs, labels), places, begun, ended = carry
                state = jax.lax.fori_loop(
                    0, between, lambda _, state: step(state, inputs, labels), state
                )
                done = state[4] & (places < NETWORKS)
                # Out of range where there is nothing to keep: such a write is dropped.
                to = jnp.where(done, places, NETWORKS)
                now = (state[3], state[0])
                ended = jax.tree.map(lambda all, a: all.at[to].set(a, mode="drop"), ended, now)
                places = jnp.where(done, begun + jnp.cumsum(done) - 1, places)
                begun = begun + jnp.sum(done)
                new = jnp.minimum(places, NETWORKS - 1)

                def swap(old, all):
                    mask = done.reshape(batch, *[1] * (old.ndim - 1))
                    return jnp.where(mask, all[new], old)

                held = jax.tree.map(swap, (state, inputs, labels), waiting)
                return held, places, begun, ended

            carry = (first, jnp.arange(batch), jnp.int32(batch), ended)
            carry = jax.lax.while_loop(
                lambda carry: jnp.any(carry[1] < NETWORKS), some_steps, carry
            )
            return key, *carry[3]

        return all_networks

    def way(name, train):
        compiled = jax.jit(train)
        state = [jax.random.key(1)]

        def run():
            state[0], steps, parameters = compiled(state[0])
            jax.block_until_ready(parameters)
            steps = np.asarray(steps)
            return {"mean_steps": float(steps.mean()), "fitted": float((steps < MOST_STEPS).mean())}

        return common.Way(name, NETWORKS, run)

    turned = autodiff(forward_turned)
    ways = [way(f"until all fit, by hand, batch {b}", until_all_fit(by_hand, b)) for b in BATCHES]
    ways += [
        way("until all fit, autodiff, batch 64", until_all_fit(autodiff(forward), 64)),
        way("until all fit, autodiff turned, batch 64", until_all_fit(turned, 64)),
        way("refill every 2, by hand, batch 16", with_refill(by_hand, 16, 2)),
        way("refill every 2, by hand, batch 64", with_refill(by_hand, 64, 2)),
        way("refill every 8, by hand, batch 64", with_refill(by_hand, 64, 8)),
        way("one by one, by hand", one_by_one(by_hand)),
        way("one by one, autodiff turned", one_by_one(turned)),
    ]
    return jax.__version__, ways


BATCHES = (16, 64, 512)


if __name__ == "__main__":
    common.main("trained", {"jax": with_jax})
