"""The works that are compared: a visible list. A work is a script here, a file of benches/src/works
and a line of this list."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """`floor` is the ratio to `floor_peer` that is asked for, `aim` one that is hoped for;
    `share_floor` is a share of the FMA peak."""

    name: str
    what: str
    unit: str
    script: str = ""
    arguments: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    floor: float | None = None
    aim: float | None = None
    floor_peer: str = "jax"
    share_floor: float | None = None
    in_milliseconds: bool = False
    figures: tuple[str, ...] = field(default=())


WORKS = [
    Work(
        "forward-only",
        "forward pass of 7-40-40-1 ReLU networks on 128 rows, weights drawn before",
        "functions",
        share_floor=0.85,
    ),
    Work(
        "functions-gaussian",
        "random 7-40-40-1 ReLU networks on 128 rows, weights N(0, 1/fan in), drawing included",
        "functions",
        "functions.py",
        ("--weights", "gaussian"),
        ("numpy", "jax", "torch"),
        aim=10.0,
        share_floor=0.45,
        figures=("constant",),
    ),
    Work(
        "functions-uniform",
        "the same, weights uniform in [-1, 1)",
        "functions",
        "functions.py",
        ("--weights", "uniform"),
        ("numpy", "jax", "torch"),
        aim=10.0,
        figures=("constant",),
    ),
    Work(
        "trained",
        "5-40-40-1 ReLU networks trained to zero error on 16 rows of x0 & x1, drawing included",
        "networks",
        "trained.py",
        (),
        ("jax",),
        floor=3.0,
        aim=5.0,
        figures=("mean_steps", "fitted"),
    ),
    Work(
        "mlp-step",
        "a step of 64 networks 32-64-64-8 tanh, 128 rows each: forward, backward, Adam",
        "steps",
        "mlp_step.py",
        (),
        ("jax", "torch"),
        floor=1.5,
        in_milliseconds=True,
        figures=("loss",),
    ),
    Work(
        "gru-step",
        "a step of 16 GRUs (32 inputs, 64 units, 16 times), 128 rows each: the same through time",
        "steps",
        "gru_step.py",
        (),
        ("jax", "torch"),
        floor=3.0,
        in_milliseconds=True,
        figures=("loss",),
    ),
]
