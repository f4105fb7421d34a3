"""Draw the trade-off that `models.command.compare` measured: size against accuracy.

python -m models.command.plot
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt

from . import BUILD

PICTURE = Path(__file__).parents[1] / "trade_off.svg"


def main() -> None:
    """Draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--input", type=Path, default=BUILD / "trade_off.json")
    parser.add_argument("--output", type=Path, default=PICTURE)
    args = parser.parse_args()
    plt.switch_backend("svg")
    plt.rcParams["svg.hashsalt"] = "llmos"  # the same drawing for the same numbers
    rows = json.loads(args.input.read_text("utf-8"))
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    axes.scatter(
        [row["megabytes"] for row in rows],
        [row["accuracy"] * 100 for row in rows],
        s=[row["milliseconds"] * 20 for row in rows],
        alpha=0.6,
    )
    for row in rows:
        label = f"{row['model']}  {row['milliseconds']:.1f} ms"
        axes.annotate(
            label,
            (row["megabytes"], row["accuracy"] * 100),
            xytext=(8, 4),
            textcoords="offset points",
        )
    axes.set_xscale("log")
    axes.margins(x=0.35, y=0.2)
    axes.set_xlabel("size, MB")
    axes.set_ylabel("intent and all slots right, %")
    axes.set_title("What each step costs and gives (area: time a sentence)")
    figure.savefig(args.output, metadata={"Date": None})
    print(args.output)


if __name__ == "__main__":
    main()
