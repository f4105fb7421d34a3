"""Stage 4, train: the encoder–decoder on the corpus.

    python -m models.command.train --minutes 70

T5 type (Raffel et al. 2020), deep encoder and shallow decoder, no dropout (hardly an example comes
twice), bfloat16 autocast, AdamW with warm-up and linear decay. A checkpoint is written every few
minutes; the same command goes on from it. Needs PyTorch and transformers, nothing else of this project.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # up to 8 times faster on a shared machine
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from tqdm import tqdm

from . import BUILD
from .batches import Batches
from .network import IGNORED, Network, Shape, Tokens
from .parallel import average, in_parallel, rank

CHECKPOINT_SECONDS = 240

Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""Of logits (batch, target, tokens), given source ids and labels (batch, length)."""


def new_optimizer(network: torch.nn.Module, rate: float) -> torch.optim.AdamW:
    """AdamW with rates that go with the sizes of weights, as Adafactor scales them (Shazeer, Stern 2018).

    T5 begins with embeddings and norms of size 1 and matrices of about 1/16: at one rate for all,
    the embeddings hardly learn.
    """
    large = [
        p
        for name, p in network.named_parameters()
        if p.dim() < 2 or ("embedding.p" in name and "projection" not in name) or "bias" in name
    ]
    ids = {id(p) for p in large}
    small = [p for p in network.parameters() if id(p) not in ids]
    groups = [
        {"params": small, "peak": rate},
        {"params": large, "peak": rate * 8, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def right_tokens(logits: torch.Tensor, source: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The loss of the plan's tokens."""
    return torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED
    )


def load(checkpoint: Path, folder: Path) -> Network:
    """The network of a checkpoint."""
    state = torch.load(checkpoint, weights_only=True)
    network = Network(Tokens.read(folder), Shape(**state["shape"]), read_knowledge(folder, state))
    network.load_state_dict(state["network"])
    return network


def read_knowledge(folder: Path, state: dict[str, object]) -> np.ndarray | None:
    """What was known of the words to the network of a checkpoint."""
    return np.load(folder / "knowledge.npy") if state["knowledge"] else None


def untrained(network: Network, folder: Path, **layers: int) -> Network:
    """Another network of the same kind, but for the numbers of its layers."""
    knows: dict[str, object] = {"knowledge": network.embedding.projection is not None}
    shape = replace(network.shape, **layers)
    return Network(Tokens.read(folder), shape, read_knowledge(folder, knows))


def train(
    network: Network,
    folder: Path,
    checkpoint: Path,
    args: argparse.Namespace,
    loss_of: Loss = right_tokens,
) -> None:
    """Train until the minutes are used up, from the last checkpoint if there is one."""
    optimizer = new_optimizer(network, args.rate)
    step, spent, examples = 0, 0.0, 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, examples = state["step"], state["seconds"], state["examples"]
    batches = iter(Batches(folder, args.tokens, args.seed + step + 1_000_003 * rank()))
    total = args.minutes * 60
    saved = time.monotonic()
    network.train()
    progress = tqdm(
        total=int(total),
        initial=int(spent),
        unit="s",
        desc="train",
        mininterval=5,
        disable=rank() > 0,
    )
    recent: list[float] = []
    begun = time.monotonic()
    while spent < total:
        source, labels = next(batches)
        share = min(1.0, (step + 1) / args.warm_up) * max(0.02, 1 - spent / total)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
        with torch.autocast("cpu", torch.bfloat16):
            logits, pointing = network(source, labels)
            loss = loss_of(logits, source, labels)
        (loss + pointing).backward()
        spent = average(network, spent + time.monotonic() - begun)
        begun = time.monotonic()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        examples += len(source) * args.workers
        recent = [*recent[-99:], loss.item()]
        progress.update(int(spent) - progress.n)
        if step % 20 == 0:
            progress.set_postfix(
                step=step, examples=examples, loss=f"{sum(recent) / len(recent):.4f}"
            )
        if rank() == 0 and (time.monotonic() - saved > CHECKPOINT_SECONDS or spent >= total):
            state = {
                "network": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "shape": asdict(network.shape),
                "knowledge": network.embedding.projection is not None,
                "step": step,
                "seconds": spent,
                "examples": examples,
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            saved = time.monotonic()
    progress.close()
    if rank() == 0:
        print(f"{step} steps, {examples} examples, loss {sum(recent) / max(1, len(recent)):.4f}")


def options(description: str | None, minutes: float) -> argparse.ArgumentParser:
    """The options that all training shares."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument(
        "--minutes", type=float, default=minutes, help="of computing, all runs together"
    )
    parser.add_argument("--tokens", type=int, default=1400, help="source tokens a batch and worker")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=300, help="steps")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def main() -> None:
    """Train from the command line."""
    parser = options(__doc__, minutes=70)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoint.pt"))
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--encoder-layers", type=int, default=6)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--no-knowledge", action="store_true", help="know nothing of any word")
    in_parallel(work, parser.parse_args())


def work(args: argparse.Namespace) -> None:
    """Train in one of the processes."""
    shape = Shape(args.width, args.encoder_layers, args.decoder_layers)
    knowledge = None if args.no_knowledge else np.load(args.folder / "knowledge.npy")
    network = Network(Tokens.read(args.folder), shape, knowledge)
    train(network, args.folder, args.folder / args.checkpoint, args)


if __name__ == "__main__":
    main()
