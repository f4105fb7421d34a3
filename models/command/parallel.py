"""Training on several cores: one process each, whose gradients are averaged.

For batches this small that uses the cores twice as well as several threads in one process.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

import torch
from torch import distributed, multiprocessing


def in_parallel(work: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> None:
    """Do `work(args)` in `args.workers` processes that know of each other."""
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(20_000 + os.getpid() % 20_000))
    multiprocessing.spawn(_run, (work, args), nprocs=args.workers)


def _run(rank: int, work: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    distributed.init_process_group("gloo", rank=rank, world_size=args.workers)
    work(args)
    distributed.destroy_process_group()


def rank() -> int:
    """Which of the processes this is; the first one reports and saves."""
    return int(distributed.get_rank())


def average(network: torch.nn.Module, value: float) -> float:
    """Average the gradients over the processes, and a number with them, which is returned."""
    parameters = [p for p in network.parameters() if p.grad is not None]
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([*(g.flatten() for g in gradients), torch.tensor([value])])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    parts = flat[:-1].split([g.numel() for g in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))
    return float(flat[-1])
