"""Reads checkpoint.safetensors, which Rust wrote, into an nn.Sequential and prints its logits.

Run with PyTorch 2.15.0+cu132 and safetensors 0.8.0 under Python 3.11. The test compares the logits
of Rust with the stored output:

    python read_checkpoint.py > read_checkpoint.out
"""

import pathlib

import torch
from safetensors import safe_open
from torch import nn

path = pathlib.Path(__file__).parent / "checkpoint.safetensors"
with safe_open(path, "pt") as file:
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[file.metadata()["activation"]]
    state = {name: file.get_tensor(name) for name in file.keys()}
sizes = [state["0.weight"].shape[1]]
layers = []
for place in range(0, 2 * len(state), 2):
    weight = state.get(f"{place}.weight")
    if weight is None:
        break
    layers += [nn.Linear(sizes[-1], weight.shape[0]), activation()]
    sizes.append(weight.shape[0])
network = nn.Sequential(*layers[:-1])
network.load_state_dict(state, strict=True)
# All rows of sizes[0] binary inputs, the first input slowest.
inputs = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * sizes[0])
for logits in network(inputs):
    print(*(repr(logit) for logit in logits.tolist()))
