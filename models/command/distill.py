"""Stage 6, distill: the pruned student learns to write what its teacher would.

    python -m models.command.distill --minutes 10

Besides the corpus's own plans it is given the teacher's probabilities of every token (knowledge
distillation, Hinton et al. 2015). Goes on from a checkpoint of its own, as `models.command.train` does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .network import IGNORED, Network
from .parallel import in_parallel
from .train import Loss, load, options, right_tokens, train

_SHARE = 0.7  # of the loss that comes from the teacher
_TEMPERATURE = 2.0


def teachers_loss(teacher: Network) -> Loss:
    """The loss against the plan, and against what the teacher would have written."""

    def loss_of(logits: torch.Tensor, source: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            wanted, _ = teacher(source, labels)
        written = labels != IGNORED
        divergence = torch.nn.functional.kl_div(
            torch.log_softmax(logits[written].float() / _TEMPERATURE, -1),
            torch.log_softmax(wanted[written].float() / _TEMPERATURE, -1),
            log_target=True,
            reduction="batchmean",
        )
        own = right_tokens(logits, source, labels)
        return _SHARE * _TEMPERATURE**2 * divergence + (1 - _SHARE) * own

    return loss_of


def main() -> None:
    """Distill from the command line."""
    parser = options(__doc__, minutes=10)
    parser.add_argument("--teacher", type=Path, default=Path("checkpoint.pt"))
    parser.add_argument("--pruned", type=Path, default=Path("pruned.pt"))
    parser.add_argument("--checkpoint", type=Path, default=Path("student.pt"))
    in_parallel(work, parser.parse_args())


def work(args: argparse.Namespace) -> None:
    """Distill in one of the processes."""
    teacher = load(args.folder / args.teacher, args.folder).eval()
    student = load(args.folder / args.pruned, args.folder)
    train(student, args.folder, args.folder / args.checkpoint, args, teachers_loss(teacher))


if __name__ == "__main__":
    main()
