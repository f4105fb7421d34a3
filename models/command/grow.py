"""By hand, grow: a deeper network that does what the trained one does, and has room to learn more.

    python -m models.command.grow --encoder-layers 10 --output deeper.pt

A new encoder layer is a copy of the one before it that adds nothing yet: what it would add to the
stream is multiplied by zero weights (function-preserving growth, Net2Net, Chen et al. 2015).
`models.command.train --encoder-layers 10 --checkpoint deeper.pt` goes on from there.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

import torch

from . import BUILD
from .network import Network
from .prune import LAYER
from .train import load, new_optimizer, untrained

_ADDS = ("SelfAttention.o.weight", "DenseReluDense.wo.weight")


def copied_layers(layers: int, wanted: int) -> list[int]:
    """Which of so many layers each of the wanted ones is a copy of, evenly spread."""
    return [int(i * layers / wanted + 0.5) for i in range(wanted)]


def grow(shallow: Network, deep: Network) -> None:
    """Make the deep network do what the shallow one does."""
    copied = copied_layers(shallow.shape.encoder_layers, deep.shape.encoder_layers)
    weights = shallow.state_dict()
    chosen = {}
    for name in deep.state_dict():
        layer = LAYER.fullmatch(name)
        if layer is None or layer[2] == "decoder":
            chosen[name] = weights[name]
            continue
        before, _, number, after = layer.groups()
        i = int(number)
        chosen[name] = weights[f"{before}{copied[i]}{after}"].clone()
        if i and copied[i - 1] == copied[i] and after.endswith(_ADDS):
            chosen[name].zero_()
    deep.load_state_dict(chosen)


def main() -> None:
    """Grow from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoint.pt"))
    parser.add_argument("--output", type=Path, default=Path("deeper.pt"))
    parser.add_argument("--encoder-layers", type=int, default=10)
    parser.add_argument("--rate", type=float, default=4e-4)
    args = parser.parse_args()
    shallow = load(args.folder / args.checkpoint, args.folder)
    deep = untrained(shallow, args.folder, encoder_layers=args.encoder_layers)
    grow(shallow, deep)
    state = {
        "network": deep.state_dict(),
        "optimizer": new_optimizer(deep, args.rate).state_dict(),
        "shape": asdict(deep.shape),
        "knowledge": deep.embedding.projection is not None,
        "step": 0,
        "seconds": 0.0,
        "examples": 0,
    }
    torch.save(state, args.folder / args.output)
    parameters = sum(p.numel() for p in deep.t5.parameters())
    print(f"{parameters / 1e6:.1f} M parameters in its layers")


if __name__ == "__main__":
    main()
