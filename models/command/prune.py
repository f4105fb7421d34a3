"""Stage 5, prune: a smaller student, made of the layers of a trained teacher.

    python -m models.command.prune --encoder-layers 4 --decoder-layers 1

Keeps layers evenly spread, the first and the last among them (as DistilBERT was made, Sanh et al. 2019),
and writes a checkpoint that `models.command.distill` goes on from.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict
from pathlib import Path

import torch

from . import BUILD
from .network import Network
from .train import load, untrained

LAYER = re.compile(r"(t5\.(encoder|decoder)\.block\.)(\d+)(\..*)")


def kept_layers(layers: int, keep: int) -> list[int]:
    """Which of so many layers stay."""
    if keep == 1:
        return [layers - 1]
    return [round(i * (layers - 1) / (keep - 1)) for i in range(keep)]


def prune(teacher: Network, student: Network) -> None:
    """Copy into the student what it has room for."""
    kept = {
        "encoder": kept_layers(teacher.shape.encoder_layers, student.shape.encoder_layers),
        "decoder": kept_layers(teacher.shape.decoder_layers, student.shape.decoder_layers),
    }
    weights = teacher.state_dict()
    chosen = {}
    for name in student.state_dict():
        if layer := LAYER.fullmatch(name):
            before, stack, number, after = layer.groups()
            source = kept[stack][int(number)]
            # The first layer alone holds the biases of positions.
            chosen[name] = weights[
                name if "relative_attention_bias" in name else f"{before}{source}{after}"
            ]
        else:
            chosen[name] = weights[name]
    student.load_state_dict(chosen)


def main() -> None:
    """Prune from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("--teacher", type=Path, default=Path("checkpoint.pt"))
    parser.add_argument("--student", type=Path, default=Path("pruned.pt"))
    parser.add_argument("--encoder-layers", type=int, default=4)
    parser.add_argument("--decoder-layers", type=int, default=1)
    args = parser.parse_args()
    teacher = load(args.folder / args.teacher, args.folder)
    student = untrained(
        teacher,
        args.folder,
        encoder_layers=args.encoder_layers,
        decoder_layers=args.decoder_layers,
    )
    prune(teacher, student)
    torch.save(
        {
            "network": student.state_dict(),
            "shape": asdict(student.shape),
            "knowledge": student.embedding.projection is not None,
        },
        args.folder / args.student,
    )
    for name, network in (("teacher", teacher), ("student", student)):
        layers = sum(p.numel() for p in network.t5.parameters())
        print(f"{name}: {layers / 1e6:.1f} M parameters in its layers")


if __name__ == "__main__":
    main()
