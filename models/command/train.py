"""Stage 3, train: the encoder–decoder, from nothing, on the corpus.

    python -m models.command.train --minutes 70

T5 type (Raffel et al. 2020), deep encoder and shallow decoder, no dropout (hardly an example comes
twice), bfloat16 autocast, AdamW with warm-up and linear decay. A checkpoint is written every few
minutes; the same command goes on from it. Needs PyTorch and transformers, nothing else of this project.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # up to 8 times faster on a shared machine
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from tqdm import tqdm
from transformers import T5Config, T5ForConditionalGeneration

BUILD = Path(__file__).parents[2] / "build" / "command"
INDICES = 64  # index tokens follow the three control tokens in the vocabulary
FIRST_INDEX = 3
IGNORED = -100  # padding in labels
CHECKPOINT_SECONDS = 240


def new_model(
    vocabulary: int, width: int, encoder_layers: int, decoder_layers: int
) -> T5ForConditionalGeneration:
    """A model with random weights."""
    return T5ForConditionalGeneration(
        T5Config(
            vocab_size=vocabulary,
            d_model=width,
            d_kv=64,
            num_heads=width // 64,
            d_ff=width * 4,
            num_layers=encoder_layers,
            num_decoder_layers=decoder_layers,
            feed_forward_proj="relu",
            relative_attention_num_buckets=32,
            relative_attention_max_distance=96,
            dropout_rate=0.0,
            pad_token_id=0,
            eos_token_id=1,
            decoder_start_token_id=0,
            tie_word_embeddings=True,
            attn_implementation="eager",  # the one that tells where it looks
        )
    )


def new_optimizer(model: torch.nn.Module, rate: float) -> torch.optim.AdamW:
    """AdamW with rates that go with the sizes of weights, as Adafactor scales them (Shazeer, Stern 2018).

    T5 begins with embeddings and norms of size 1 and matrices of about 1/16: at one rate for all,
    the embeddings hardly learn.
    """
    large = [
        p
        for name, p in model.named_parameters()
        if p.dim() < 2 or "shared" in name or "bias" in name
    ]
    ids = {id(p) for p in large}
    small = [p for p in model.parameters() if id(p) not in ids]
    groups = [
        {"params": small, "peak": rate},
        {"params": large, "peak": rate * 8, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


class Trainee(torch.nn.Module):
    """The model with what helps it to learn to point, and is thrown away afterwards.

    Pointing is two things: knowing which words a slot begins and ends with, and copying the index
    found there. Learnt from the output alone, both take very long. So the encoder is also asked
    for the slots that begin and end at each index token, and a head of the last cross-attention
    is guided to the index token that comes next (guided alignment, Chen et al. 2016).
    """

    def __init__(self, model: T5ForConditionalGeneration, vocabulary: list[str]) -> None:
        super().__init__()
        self.model = model
        slots = [i for i, token in enumerate(vocabulary) if token.startswith("<@")]
        tag_of_token = torch.zeros(len(vocabulary), dtype=torch.long)
        tag_of_token[slots] = torch.arange(1, len(slots) + 1)
        self.register_buffer("tag_of_token", tag_of_token, persistent=False)
        self.tags = len(slots) + 1  # and none
        self.tagger = torch.nn.Linear(model.config.d_model, 2 * self.tags)

    def forward(
        self, source: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The losses of the plan and of pointing, for ids of (batch, length) each."""
        output = self.model(
            input_ids=source, attention_mask=source != 0, labels=labels, output_attentions=True
        )
        # (batch, target, source): where each index of the plan stands in the source
        found = (source[:, None, :] == labels[:, :, None]) & _is_index(labels)[:, :, None]
        guided = output.cross_attentions[-1][:, 0].float()
        guidance = -torch.log((guided * found).sum(-1)[_is_index(labels)] + 1e-6).mean()
        tags = self.tagger(output.encoder_last_hidden_state)[_is_index(source)].float()
        begins, ends = self._tags(labels, found)
        tagging = torch.nn.functional.cross_entropy(
            tags[:, : self.tags], begins[_is_index(source)]
        ) + torch.nn.functional.cross_entropy(tags[:, self.tags :], ends[_is_index(source)])
        return output.loss, (guidance if guidance.isfinite() else 0.0) + tagging

    def _tags(self, labels: torch.Tensor, found: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The slots that begin and that end at each place of the source, (batch, source) each."""
        tag = self.tag_of_token[labels.clamp(min=0)]
        at = torch.arange(labels.shape[1]).expand_as(labels)
        tag = tag.gather(1, torch.where(tag > 0, at, 0).cummax(1).values)  # the slot it is in
        follows = torch.nn.functional.pad(_is_index(labels), (1, 0))[:, :-1]
        first, last = (
            (found & mask[:, :, None]).long().mul(tag[:, :, None]).amax(1)
            for mask in (~follows, follows)
        )
        return first, last


def _is_index(ids: torch.Tensor) -> torch.Tensor:
    return (ids >= FIRST_INDEX) & (ids < FIRST_INDEX + INDICES)


class Batches:
    """Batches of about as many tokens, of examples about as long, in random order."""

    def __init__(self, folder: Path, tokens: int, seed: int) -> None:
        data = np.load(folder / "tokens.npz")
        self.arrays = {name: (data[name], data[f"{name}_offsets"]) for name in ("source", "target")}
        self.lengths = np.diff(data["source_offsets"])
        self.tokens = tokens
        self.random = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Source ids and labels, (batch, length) each, without end."""
        while True:
            order = self.random.permutation(len(self.lengths))
            for pool in np.array_split(order, max(1, len(order) // 20_000)):
                pool = pool[np.argsort(self.lengths[pool], kind="stable")]
                cuts = np.flatnonzero(np.diff(np.cumsum(self.lengths[pool]) // self.tokens)) + 1
                batches = [rows for rows in np.split(pool, cuts) if len(rows)]
                self.random.shuffle(batches)
                for rows in batches:
                    yield self._batch(rows)

    def _batch(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        source, target = (self._pad(name, rows) for name in ("source", "target"))
        # Start counting words anywhere, so that every index is learnt and none means "early".
        used = np.where(source < FIRST_INDEX + INDICES, source, 0).max(axis=1)
        shift = self.random.integers(0, FIRST_INDEX + INDICES - np.maximum(used, FIRST_INDEX))
        shift[self.random.random(len(rows)) < 0.85] = 0  # the small ones are what is needed most
        for ids in (source, target):
            index = (ids >= FIRST_INDEX) & (ids < FIRST_INDEX + INDICES)
            ids += np.where(index, shift[:, None], 0)
        target[target == 0] = IGNORED
        return torch.from_numpy(source), torch.from_numpy(target)

    def _pad(self, name: str, rows: np.ndarray) -> np.ndarray:
        ids, offsets = self.arrays[name]
        parts = [ids[offsets[row] : offsets[row + 1]] for row in rows]
        padded = np.zeros((len(parts), max(map(len, parts))), dtype=np.int64)
        for line, part in zip(padded, parts, strict=True):
            line[: len(part)] = part
        return padded


def train(args: argparse.Namespace) -> None:
    """Train until the minutes are used up, from the last checkpoint if there is one."""
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    vocabulary = json.loads((args.folder / "vocabulary.json").read_text("utf-8"))
    model = new_model(len(vocabulary), args.width, args.encoder_layers, args.decoder_layers)
    trainee = Trainee(model, vocabulary)
    optimizer = new_optimizer(trainee, args.rate)
    checkpoint = args.folder / "checkpoint.pt"
    step, spent = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        trainee.load_state_dict(state["trainee"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["seconds"]
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters, from step {step}")
    batches = iter(Batches(args.folder, args.tokens, args.seed + step))
    total = args.minutes * 60
    saved = time.monotonic()
    trainee.train()
    progress = tqdm(total=int(total), initial=int(spent), unit="s", desc="train", mininterval=5)
    examples = 0
    recent: list[float] = []
    while spent < total:
        begun = time.monotonic()
        source, labels = next(batches)
        share = min(1.0, (step + 1) / args.warm_up) * max(0.02, 1 - spent / total)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share
        with torch.autocast("cpu", torch.bfloat16):
            loss, pointing = trainee(source, labels)
        (loss + pointing).backward()
        torch.nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        examples += len(source)
        recent = [*recent[-99:], loss.item()]
        spent += time.monotonic() - begun
        progress.update(int(spent) - progress.n)
        if step % 20 == 0:
            progress.set_postfix(
                step=step, examples=examples, loss=f"{sum(recent) / len(recent):.4f}"
            )
        if time.monotonic() - saved > CHECKPOINT_SECONDS or spent >= total:
            state = {
                "trainee": trainee.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step,
                "seconds": spent,
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            saved = time.monotonic()
    model.save_pretrained(args.folder / "model")
    progress.close()
    print(f"{step} steps, loss {sum(recent) / len(recent):.4f}")


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("--minutes", type=float, default=70, help="of computing, all runs together")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--encoder-layers", type=int, default=6)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=1400, help="source tokens a batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=300, help="steps")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
