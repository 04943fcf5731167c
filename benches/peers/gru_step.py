"""A step of 16 recurrent networks (GRU, 32 inputs, 64 units), each on its own 128 rows of 16 times.

Unit: steps, each of all 16 networks: forward over 16 times, a linear read-out of 8 classes at the
last, softmax cross-entropy (mean over rows), backward through time, Adam (learning rate 0.001). In
32-bit floats. The cell is PyTorch's:

    r = sigmoid(x Wr + br + h Ur + cr)     z = sigmoid(x Wz + bz + h Uz + cz)
    n = tanh(x Wn + bn + r * (h Un + cn))  h_next = (1 - z) * n + z * h

Weights and biases of the cell start uniform in +-1/8, the read-out N(0, 1/64) and 0; inputs
N(0, 1); labels uniform over 8 classes. Every repetition starts anew from the same numbers and makes
10 steps; the figure `loss` is the mean loss of the last of these steps, before its update.

    python gru_step.py [--peer jax|torch]
"""

import common
import numpy as np

MEMBERS, ROWS, TIMES, READS, UNITS, CLASSES = 16, 128, 16, 32, 64, 8
STEPS = 10
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


def start():
    """Inputs [member, time, row, input], labels [member, row], and the parameters: weights of
    inputs, of units (gates r, z, n side by side), their biases, read-out, its bias."""
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((MEMBERS, TIMES, ROWS, READS), dtype=np.float32)
    labels = rng.integers(0, CLASSES, (MEMBERS, ROWS))
    bound = UNITS**-0.5
    cell = [(READS, 3 * UNITS), (UNITS, 3 * UNITS), (1, 3 * UNITS), (1, 3 * UNITS)]
    parameters = [rng.uniform(-bound, bound, (MEMBERS, *s)).astype(np.float32) for s in cell]
    readout = rng.standard_normal((MEMBERS, UNITS, CLASSES), dtype=np.float32) * bound
    parameters += [readout.astype(np.float32), np.zeros((MEMBERS, 1, CLASSES), np.float32)]
    return inputs, labels, parameters


def with_jax():
    import jax
    import jax.numpy as jnp

    inputs, labels, parameters = start()

    def loss_of(logits, labels):
        hot = jax.nn.one_hot(labels, CLASSES)
        return -jnp.mean(jnp.sum(jax.nn.log_softmax(logits) * hot, -1))

    def gates(seen, felt, before):
        r, z = jnp.split(jax.nn.sigmoid(seen[..., : 2 * UNITS] + felt[..., : 2 * UNITS]), 2, -1)
        n = jnp.tanh(seen[..., 2 * UNITS :] + r * felt[..., 2 * UNITS :])
        return n + z * (before - n)

    def loss(unroll, at_once):
        """The loss of one member. `at_once`: the products with the inputs of all times are one."""

        def of_member(parameters, inputs, labels):
            w, u, b, c, readout, bias = parameters
            read = inputs @ w + b if at_once else inputs

            def step(before, read):
                seen = read if at_once else read @ w + b
                return gates(seen, before @ u + c, before), None

            first = jnp.zeros((ROWS, UNITS), jnp.float32)
            last, _ = jax.lax.scan(step, first, read, unroll=unroll)
            return loss_of(last @ readout + bias, labels)

        return of_member

    def turned_loss(parameters, inputs, labels):
        """As above, unrolled, with all arrays [unit, row] and weights [output, input]."""
        w, u, b, c, readout, bias = parameters
        before = jnp.zeros((UNITS, ROWS), jnp.float32)
        for time in range(TIMES):
            seen, felt = w @ inputs[time] + b, u @ before + c
            r, z = jnp.split(jax.nn.sigmoid(seen[: 2 * UNITS] + felt[: 2 * UNITS]), 2, 0)
            n = jnp.tanh(seen[2 * UNITS :] + r * felt[2 * UNITS :])
            before = n + z * (before - n)
        return loss_of((readout @ before + bias).T, labels)

    def turned_by_hand(parameters, inputs, labels):
        """As above, with the gradient of the weights added up over times."""
        w, u, b, c, readout, bias = parameters
        before, states, kept = jnp.zeros((UNITS, ROWS), jnp.float32), [], []
        for time in range(TIMES):
            seen, felt = w @ inputs[time] + b, u @ before + c
            r, z = jnp.split(jax.nn.sigmoid(seen[: 2 * UNITS] + felt[: 2 * UNITS]), 2, 0)
            n = jnp.tanh(seen[2 * UNITS :] + r * felt[2 * UNITS :])
            states.append(before)
            kept.append((r, z, n, felt[2 * UNITS :]))
            before = n + z * (before - n)
        logs = jax.nn.log_softmax(readout @ before + bias, axis=0)
        hot = jax.nn.one_hot(labels, CLASSES, axis=0)
        slope = (jnp.exp(logs) - hot) / ROWS
        of_readout = [slope @ before.T, jnp.sum(slope, -1, keepdims=True)]
        back, slopes = readout.T @ slope, [jnp.zeros_like(p) for p in (w, u, b, c)]
        for time in reversed(range(TIMES)):
            before, (r, z, n, felt) = states[time], kept[time]
            slope_n = back * (1 - z) * (1 - n * n)
            slope_z = back * (before - n) * z * (1 - z)
            slope_r = slope_n * felt * r * (1 - r)
            of_seen = jnp.concatenate([slope_r, slope_z, slope_n])
            of_felt = jnp.concatenate([slope_r, slope_z, slope_n * r])
            back = back * z + u.T @ of_felt
            more = (of_seen @ inputs[time].T, of_felt @ before.T)
            sums = (jnp.sum(of_seen, -1, keepdims=True), jnp.sum(of_felt, -1, keepdims=True))
            slopes = [old + new for old, new in zip(slopes, more + sums)]
        return -jnp.mean(jnp.sum(logs * hot, 0)), slopes + of_readout

    def adam(state, slopes):
        parameters, means, squares, step = state
        step = step + 1
        size = RATE / (1 - BETA1**step)
        root = jnp.sqrt(1 - BETA2**step)
        means = [BETA1 * mean + (1 - BETA1) * slope for mean, slope in zip(means, slopes)]
        squares = [BETA2 * q + (1 - BETA2) * slope * slope for q, slope in zip(squares, slopes)]
        parameters = [
            parameter - size * mean / (jnp.sqrt(square) / root + EPSILON)
            for parameter, mean, square in zip(parameters, means, squares)
        ]
        return parameters, means, squares, step

    def train_with(gradient, member_outside):
        def steps(state, inputs, labels):
            def step(state, _):
                losses, slopes = gradient(state[0], inputs, labels)
                return adam(state, slopes), jnp.mean(losses)

            return jax.lax.scan(step, state, length=STEPS)

        def member_by_member(state, inputs, labels):
            def one(own):
                parameters, means, squares, inputs, labels = own
                return steps((parameters, means, squares, jnp.float32(0)), inputs, labels)

            state, losses = jax.lax.map(one, (*state[:3], inputs, labels))
            return state, jnp.mean(losses, 0)

        return member_by_member if member_outside else steps

    def way(name, train, turned=False):
        turn = (lambda a: np.ascontiguousarray(np.swapaxes(a, -1, -2))) if turned else np.asarray
        first = [turn(parameter) for parameter in parameters]
        data = jax.device_put((turn(inputs), labels))
        compiled = jax.jit(train, donate_argnums=0)

        def run():
            zeros = lambda: [np.zeros_like(parameter) for parameter in first]
            state = jax.device_put(([p.copy() for p in first], zeros(), zeros(), np.float32(0)))
            _, losses = compiled(state, *data)
            return {"loss": float(losses[-1])}

        return common.Way(name, STEPS, run)

    scanned = jax.value_and_grad(loss(1, True))
    unrolled = jax.value_and_grad(loss(TIMES, True))
    unrolled_apart = jax.value_and_grad(loss(TIMES, False))
    turned = jax.value_and_grad(turned_loss)
    ways = [
        way("scan, vmap", train_with(jax.vmap(scanned), False)),
        way("unrolled turned, vmap", train_with(jax.vmap(turned), False), turned=True),
        way("scan, member by member", train_with(scanned, True)),
        way("unrolled, member by member", train_with(unrolled, True)),
        way("unrolled, inputs apart, member by member", train_with(unrolled_apart, True)),
        way("unrolled turned, member by member", train_with(turned, True), turned=True),
        way("by hand turned, member by member", train_with(turned_by_hand, True), turned=True),
    ]
    return jax.__version__, ways


def with_torch():
    import torch
    from torch.nn.functional import cross_entropy

    torch.set_num_threads(1)
    inputs, labels, parameters = start()
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels)

    def adam(parameters):
        settings = {"lr": RATE, "betas": (BETA1, BETA2), "eps": EPSILON}
        return torch.optim.Adam(parameters, fused=True, **settings)

    def cell_over_members(parameters):
        w, u, b, c, readout, bias = parameters
        rows = inputs.view(MEMBERS, TIMES * ROWS, READS)
        seen = torch.baddbmm(b, rows, w).view(MEMBERS, TIMES, ROWS, 3 * UNITS).unbind(1)
        before = torch.zeros(MEMBERS, ROWS, UNITS)
        for time in range(TIMES):
            felt = torch.baddbmm(c, before, u)
            seen_gates, seen_new = seen[time].split((2 * UNITS, UNITS), -1)
            felt_gates, felt_new = felt.split((2 * UNITS, UNITS), -1)
            r, z = (seen_gates + felt_gates).sigmoid().chunk(2, -1)
            n = torch.addcmul(seen_new, r, felt_new).tanh()
            before = torch.lerp(n, before, z)
        return torch.baddbmm(bias, before, readout)

    def run_cell():
        own = [torch.from_numpy(p).clone().requires_grad_() for p in parameters]
        optimiser = adam(own)
        for _ in range(STEPS):
            optimiser.zero_grad()
            logits = cell_over_members(own)
            loss = cross_entropy(logits.view(-1, CLASSES), labels.view(-1))
            (loss * MEMBERS).backward()
            optimiser.step()
        return {"loss": float(loss.detach())}

    def run_modules():
        models = []
        for member in range(MEMBERS):
            gru, readout = torch.nn.GRU(READS, UNITS), torch.nn.Linear(UNITS, CLASSES)
            places = [gru.weight_ih_l0, gru.weight_hh_l0, gru.bias_ih_l0, gru.bias_hh_l0]
            places += [readout.weight, readout.bias]
            with torch.no_grad():
                for place, values in zip(places, parameters):
                    values = torch.from_numpy(values[member])
                    place.copy_(values.T if place.dim() == 2 else values[0])
            models.append((gru, readout, adam(places), inputs[member], labels[member]))
        losses = 0.0
        for gru, readout, optimiser, own_inputs, own_labels in models:
            for _ in range(STEPS):
                optimiser.zero_grad()
                loss = cross_entropy(readout(gru(own_inputs)[1][0]), own_labels)
                loss.backward()
                optimiser.step()
            losses += float(loss.detach()) / MEMBERS
        return {"loss": losses}

    ways = [
        common.Way("own cell, bmm over members", STEPS, run_cell),
        common.Way("nn.GRU, member by member", STEPS, run_modules),
    ]
    return torch.__version__, ways


if __name__ == "__main__":
    common.main("gru-step", {"jax": with_jax, "torch": with_torch})
