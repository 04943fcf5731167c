"""A step of 64 networks 32-64-64-8 with tanh, each on its own 128 rows.

Unit: steps, each of all 64 networks: forward, softmax cross-entropy (mean over rows), backward,
Adam (learning rate 0.001). In 32-bit floats.

Weights start N(0, 1 / fan in), biases 0; inputs N(0, 1); labels uniform over 8 classes. Every
repetition starts anew from the same numbers and makes 100 steps; the figure `loss` is the mean loss
of the last of these steps, before its update.

    python mlp_step.py [--peer jax|torch]
"""

import common
import numpy as np

MEMBERS, ROWS, SIZES = 64, 128, [32, 64, 64, 8]
STEPS = 100
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


def start():
    """Inputs [member, row, input], labels [member, row], and of each layer the weights
    [member, input, output] and biases [member, 1, output]."""
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((MEMBERS, ROWS, SIZES[0]), dtype=np.float32)
    labels = rng.integers(0, SIZES[-1], (MEMBERS, ROWS))
    parameters = []
    for reads, gives in zip(SIZES, SIZES[1:]):
        weights = rng.standard_normal((MEMBERS, reads, gives), dtype=np.float32) * reads**-0.5
        parameters += [weights.astype(np.float32), np.zeros((MEMBERS, 1, gives), np.float32)]
    return inputs, labels, parameters


def with_jax():
    import jax
    import jax.numpy as jnp

    inputs, labels, parameters = start()

    def logits_loss(logits, labels):
        own = jnp.take_along_axis(logits, labels[..., None], -1)[..., 0]
        return jnp.mean(jax.nn.logsumexp(logits, -1) - own, -1)

    def hot_loss(logits, labels):
        hot = jax.nn.one_hot(labels, SIZES[-1])
        return -jnp.mean(jnp.sum(jax.nn.log_softmax(logits) * hot, -1), -1)

    def forward(parameters, inputs):
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = jnp.tanh(inputs @ w1 + b1)
        return jnp.tanh(hidden @ w2 + b2) @ w3 + b3

    def by_autodiff(loss):
        """Gradients of every member; of one member too, if the arrays have no member axis."""

        def total(parameters, inputs, labels):
            losses = loss(forward(parameters, inputs), labels)
            return jnp.sum(losses), losses

        def gradient(parameters, inputs, labels):
            slopes, losses = jax.grad(total, has_aux=True)(parameters, inputs, labels)
            return losses, slopes

        return gradient

    def by_hand(parameters, inputs, labels):
        w1, b1, w2, b2, w3, b3 = parameters
        first = jnp.tanh(inputs @ w1 + b1)
        second = jnp.tanh(first @ w2 + b2)
        chances = jax.nn.softmax(second @ w3 + b3)
        hot = jax.nn.one_hot(labels, SIZES[-1])
        losses = -jnp.mean(jnp.log(jnp.sum(chances * hot, -1)), -1)
        slope = (chances - hot) / ROWS
        slopes = []
        for read, weights in ((second, w3), (first, w2), (inputs, None)):
            turned = jnp.swapaxes(read, -1, -2)
            slopes = [turned @ slope, jnp.sum(slope, -2, keepdims=True)] + slopes
            if weights is not None:
                slope = (slope @ jnp.swapaxes(weights, -1, -2)) * (1 - read * read)
        return losses, slopes

    def turned_by_hand(parameters, inputs, labels):
        """All arrays [unit, row] and weights [output, input], as seen from the other side."""
        w1, b1, w2, b2, w3, b3 = parameters
        first = jnp.tanh(w1 @ inputs + b1)
        second = jnp.tanh(w2 @ first + b2)
        chances = jax.nn.softmax(w3 @ second + b3, axis=-2)
        hot = jax.nn.one_hot(labels, SIZES[-1], axis=-2)
        losses = -jnp.mean(jnp.log(jnp.sum(chances * hot, -2)), -1)
        slope = (chances - hot) / ROWS
        slopes = []
        for read, weights in ((second, w3), (first, w2), (inputs, None)):
            turned = jnp.swapaxes(read, -1, -2)
            slopes = [slope @ turned, jnp.sum(slope, -1, keepdims=True)] + slopes
            if weights is not None:
                slope = (jnp.swapaxes(weights, -1, -2) @ slope) * (1 - read * read)
        return losses, slopes

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

    def steps_in_scan(gradient):
        def train(state, inputs, labels):
            def step(state, _):
                losses, slopes = gradient(state[0], inputs, labels)
                return adam(state, slopes), jnp.mean(losses)

            return jax.lax.scan(step, state, length=STEPS)

        return train

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

    def each_member(gradient):
        """Vmap over members."""
        return jax.vmap(gradient)

    def one_by_one(gradient):
        """Inside of a step, a loop over members, each of whose arrays fit the nearest caches."""
        return lambda *arrays: jax.lax.map(lambda own: gradient(*own), arrays)

    def member_by_member(gradient):
        """A loop over members outside, in which each makes all its steps."""

        def train(state, inputs, labels):
            def one(own):
                parameters, means, squares, inputs, labels = own
                state = (parameters, means, squares, jnp.float32(0))
                return steps_in_scan(gradient)(state, inputs, labels)

            state, losses = jax.lax.map(one, (*state[:3], inputs, labels))
            return state, jnp.mean(losses, 0)

        return train

    ways = [
        way("autodiff, vmap", steps_in_scan(each_member(by_autodiff(logits_loss)))),
        way("autodiff with one-hot, vmap", steps_in_scan(each_member(by_autodiff(hot_loss)))),
        way("autodiff, batched", steps_in_scan(by_autodiff(hot_loss))),
        way("autodiff, map", steps_in_scan(one_by_one(by_autodiff(hot_loss)))),
        way("by hand, batched", steps_in_scan(by_hand)),
        way("by hand turned, batched", steps_in_scan(turned_by_hand), turned=True),
        way("by hand turned, map", steps_in_scan(one_by_one(turned_by_hand)), turned=True),
        way("autodiff, member by member", member_by_member(by_autodiff(hot_loss))),
        way("by hand turned, member by member", member_by_member(turned_by_hand), turned=True),
    ]
    return jax.__version__, ways


def with_torch():
    import torch

    torch.set_num_threads(1)
    inputs, labels, parameters = start()
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels)
    hot = torch.nn.functional.one_hot(labels, SIZES[-1]).float()
    flat_labels = labels.reshape(-1)

    def loss_of(logits):
        mean = torch.nn.functional.cross_entropy(logits.reshape(-1, SIZES[-1]), flat_labels)
        return mean, mean * MEMBERS

    def forward(w1, b1, w2, b2, w3, b3):
        hidden = torch.baddbmm(b1, inputs, w1).tanh()
        hidden = torch.baddbmm(b2, hidden, w2).tanh()
        return torch.baddbmm(b3, hidden, w3)

    def by_autograd(parameters):
        mean, total = loss_of(forward(*parameters))
        total.backward()
        return mean

    def by_func(parameters):
        def one(own, inputs, labels):
            w1, b1, w2, b2, w3, b3 = own
            hidden = (inputs @ w1 + b1).tanh()
            logits = (hidden @ w2 + b2).tanh() @ w3 + b3
            loss = torch.nn.functional.cross_entropy(logits, labels)
            return loss, loss.detach()

        gradient = torch.func.vmap(torch.func.grad(one, has_aux=True))
        slopes, losses = gradient(tuple(p.detach() for p in parameters), inputs, labels)
        for parameter, slope in zip(parameters, slopes):
            parameter.grad = slope
        return losses.mean()

    @torch.no_grad()
    def by_hand(parameters):
        w1, b1, w2, b2, w3, b3 = parameters
        first = torch.baddbmm(b1, inputs, w1).tanh_()
        second = torch.baddbmm(b2, first, w2).tanh_()
        logs = torch.baddbmm(b3, second, w3).log_softmax(-1)
        mean = -(logs * hot).sum() / (MEMBERS * ROWS)
        slope = logs.exp_().sub_(hot).div_(ROWS)
        reads = ((second, w3), (first, w2), (inputs, None))
        for place, (read, weights) in zip((4, 2, 0), reads):
            torch.bmm(read.mT, slope, out=parameters[place].grad)
            torch.sum(slope, 1, keepdim=True, out=parameters[place + 1].grad)
            if weights is not None:
                slope = torch.bmm(slope, weights.mT)
                torch.ops.aten.tanh_backward(slope, read, grad_input=slope)
        return mean

    def way(name, gradient, **adam):
        def run():
            own = [torch.from_numpy(p).clone().requires_grad_() for p in parameters]
            for parameter in own:
                parameter.grad = torch.zeros_like(parameter)
            optimiser = torch.optim.Adam(own, lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, **adam)
            for _ in range(STEPS):
                if gradient is by_autograd:
                    optimiser.zero_grad()
                loss = gradient(own)
                optimiser.step()
            return {"loss": float(loss.detach())}

        return common.Way(name, STEPS, run)

    ways = [
        way("bmm, autograd, fused Adam", by_autograd, fused=True),
        way("bmm, autograd, foreach Adam", by_autograd, foreach=True),
        way("func.vmap, fused Adam", by_func, fused=True),
        way("bmm, by hand, fused Adam", by_hand, fused=True),
    ]
    return torch.__version__, ways


if __name__ == "__main__":
    common.main("mlp-step", {"jax": with_jax, "torch": with_torch})
