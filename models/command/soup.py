"""By hand, soup: the average of the weights of two checkpoints of one ancestor (Wortsman et al. 2022).

    python -m models.command.soup before.pt after.pt --share 0.6

What a network has learnt on new wordings and what it has forgotten of old ones often averages to
something better than either.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from . import BUILD


def average(
    one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """The weights, of the other by its share."""
    return {
        name: weight.lerp(other[name], share) if weight.is_floating_point() else other[name]
        for name, weight in one.items()
    }


def main() -> None:
    """Average from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("one", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the other")
    parser.add_argument("--output", type=Path, default=Path("soup.pt"))
    args = parser.parse_args()
    one, state = (
        torch.load(args.folder / file, weights_only=True) for file in (args.one, args.other)
    )
    state["network"] = average(one["network"], state["network"], args.share)
    torch.save(state, args.folder / args.output)


if __name__ == "__main__":
    main()
