"""Writes fixtures.json: optimiser steps and training traces as PyTorch computes them.

Made with PyTorch 2.15.0+cu132 on the CPU, one thread, under Python 3.11:

    python make_fixtures.py > fixtures.json

The tests read the stored JSON, so they run without PyTorch. `steps` are in single precision, from
given gradients, by the single-tensor code (foreach=False). `traces` (and `gru_traces`, `convolution_traces`) are whole trainings
of small networks in double precision, where rounding hides nothing; their data and first parameters are
single-precision numbers, so that the same training can be run in either.
"""

import json
import sys

import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
KEPT = (1, 2, 10)

# Settings as the study file writes them.
OPTIMISERS = [
    {"sgd": {"learning_rate": 0.1}},
    {"sgd": {"learning_rate": 0.05, "momentum": 0.9}},
    {"sgd": {"learning_rate": 0.1, "weight_decay": 0.01}},
    {"sgd": {"learning_rate": 0.02, "momentum": 0.5, "weight_decay": 0.1}},
    {"adam": {}},
    {"adam": {"learning_rate": 0.02, "beta1": 0.3, "beta2": 0.9, "epsilon": 1e-3}},
]


def optimiser(settings, parameters):
    ((kind, given),) = settings.items()
    if kind == "sgd":
        return torch.optim.SGD(
            parameters,
            lr=given["learning_rate"],
            momentum=given.get("momentum", 0),
            weight_decay=given.get("weight_decay", 0),
            foreach=False,
        )
    # Only AdamW has a decay here; that of Adam is another.
    decay = {"weight_decay": given.get("weight_decay", 0.01)} if kind == "adamw" else {}
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind](
        parameters,
        lr=given.get("learning_rate", 0.001),
        betas=(given.get("beta1", 0.9), given.get("beta2", 0.999)),
        eps=given.get("epsilon", 1e-8),
        foreach=False,
        **decay,
    )


def steps(settings):
    # Gradients of very different sizes, one of them always 0, as a dead unit's is.
    scale = torch.tensor([1e-6, 1e-3, 0.1, 1.0, 1.0, 10.0, 100.0, 0.0])
    gradients = torch.randn(10, 8) * scale
    parameter = torch.randn(8, requires_grad=True)
    start = parameter.tolist()
    chosen = optimiser(settings, [parameter])
    after = {}
    for step, gradient in enumerate(gradients, 1):
        parameter.grad = gradient.clone()
        chosen.step()
        if step in KEPT:
            after[step] = parameter.tolist()
    return {
        "optimiser": settings,
        "parameters": start,
        "gradients": gradients.tolist(),
        "after": after,
    }


def flat(network):
    return torch.cat([p.detach().flatten() for p in network.parameters()]).tolist()


def train(network, logits_of, data, labels, loss, settings):
    """Ten steps in double precision. `logits_of` gives [reading, output], labels are [reading]."""
    with torch.no_grad():
        for p in network.parameters():
            p.copy_((0.6 * torch.randn(p.shape)).float().double())
    data, labels = data(), labels()
    start = flat(network)
    chosen = optimiser(settings, list(network.parameters()))
    losses, correct, after = [], [], {}
    for step in range(1, 11):
        logits = logits_of(data)
        if loss == "logistic":
            mean = nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.double())
            correct.append(int(((logits[:, 0] > 0) == (labels == 1)).sum()))
        else:
            mean = nn.functional.cross_entropy(logits, labels)
            correct.append(int((logits.argmax(1) == labels).sum()))
        losses.append(mean.item())
        chosen.zero_grad()
        mean.backward()
        chosen.step()
        if step in KEPT:
            after[step] = flat(network)
    return {
        "loss": loss,
        "optimiser": settings,
        "inputs": data.flatten().tolist(),
        "labels": labels.tolist(),
        "parameters": start,
        "losses": losses,
        "correct": correct,
        "after": after,
    }


def draws(loss, rows, *inputs):
    """Data and labels, drawn after the parameters."""
    classes = {"logistic": 2, "softmax": 3}[loss]
    return (
        lambda: torch.randn(rows, *inputs).double(),
        lambda: torch.randint(classes, (rows,)),
    )


def trace(loss, activation, biases, settings):
    inputs, hidden, outputs = 3, [5, 4], {"logistic": 1, "softmax": 3}[loss]
    sizes = [inputs, *hidden, outputs]
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers.append(nn.Linear(before, after, bias=biases == "trained"))
        layers.append({"relu": nn.ReLU, "tanh": nn.Tanh}[activation]())
    network = nn.Sequential(*layers[:-1]).double()
    done = train(network, network, *draws(loss, 7, inputs), loss, settings)
    return {
        "loss": done.pop("loss"),
        "mlp": {"hidden": hidden, "activation": activation, "biases": biases},
        **done,
    }


def gru_trace(loss, read, settings):
    rows, steps, inputs, hidden = 7, 5, 3, 4
    gru = nn.GRU(inputs, hidden, batch_first=True)
    head = nn.Linear(hidden, {"logistic": 1, "softmax": 3}[loss])
    network = nn.ModuleList([gru, head]).double()

    def logits_of(data):
        states, _ = gru(data)
        return head(states if read == "every-step" else states[:, -1]).flatten(0, -2)

    data, _ = draws(loss, rows, steps, inputs)
    _, labels = draws(loss, rows * steps if read == "every-step" else rows)
    done = train(network, logits_of, data, labels, loss, settings)
    return {"steps": steps, "gru": {"hidden": hidden, "read": read}, **done}


def convolution_trace(loss, channels, size, padding, hidden, settings):
    rows, image, outputs = 7, (2, 5, 4), {"logistic": 1, "softmax": 3}[loss]
    layers, given = [], image[0]
    for results in channels:
        border = {"none": "valid", "same": "same"}[padding]
        layers += [nn.Conv2d(given, results, size, padding=border), nn.ReLU()]
        given = results
    layers.append(nn.Flatten())
    inputs = nn.Sequential(*layers)(torch.zeros(1, *image)).shape[1]
    for outgoing in hidden:
        layers += [nn.Linear(inputs, outgoing), nn.ReLU()]
        inputs = outgoing
    network = nn.Sequential(*layers, nn.Linear(inputs, outputs)).double()
    settings_of_network = {
        "channels": channels,
        "size": size,
        "padding": padding,
        "hidden": hidden,
    }
    done = train(network, network, *draws(loss, rows, *image), loss, settings)
    return {"image": image, "convolution": settings_of_network, **done}


ADAM = {"adam": {"learning_rate": 0.01}}
fixtures = {
    "torch": torch.__version__,
    "steps": [steps(settings) for settings in OPTIMISERS],
    "traces": [
        trace(loss, activation, biases, settings)
        for loss in ("logistic", "softmax")
        for activation in ("relu", "tanh")
        for biases, settings in (
            ("trained", {"sgd": {"learning_rate": 0.1, "momentum": 0.9}}),
            ("trained", ADAM),
            ("none", ADAM),
        )
    ],
}
# Each kind behind the last, so that a new one leaves the random numbers of those before it.
fixtures["adamw_steps"] = [
    steps(settings) for settings in ({"adamw": {}}, {"adamw": {"weight_decay": 5.0}})
]
fixtures["gru_traces"] = [
    gru_trace(loss, read, settings)
    for loss in ("logistic", "softmax")
    for read in ("last-step", "every-step")
    for settings in (ADAM, {"sgd": {"learning_rate": 0.1, "momentum": 0.9}})
]
ADAMW = {"adamw": {"learning_rate": 0.02, "weight_decay": 0.5}}
fixtures["convolution_traces"] = [
    convolution_trace("logistic", [3], 3, "none", [], ADAM),
    convolution_trace("softmax", [3, 4], 2, "same", [5], ADAMW),
    convolution_trace("softmax", [4, 2, 3], 3, "same", [], ADAM),
    convolution_trace("logistic", [2, 3], 2, "none", [4, 3], ADAMW),
]
# One array a line: readable, and small.
text = json.dumps(fixtures, separators=(",", ":"))
sys.stdout.write(text.replace("},{", "},\n{").replace("],\"", "],\n\"") + "\n")
