"""The network: a T5-type encoder–decoder that reads pieces of words and writes plans.

Its two vocabularies differ. It reads everything, controls, indices and pieces, but writes only the
plan's own tokens, which come first in the vocabulary: no step of decoding scores thousands of pieces
that no plan holds. Needs PyTorch and transformers, nothing else of this project.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import T5Config, T5ForConditionalGeneration

INDICES = 64  # index tokens follow the three control tokens in the vocabulary
FIRST_INDEX = 3
IGNORED = -100  # padding in labels


@dataclass(frozen=True)
class Tokens:
    """The vocabulary: the tokens that plans are written with, then the pieces of words."""

    plan: list[str]
    pieces: list[str]

    @classmethod
    def read(cls, folder: Path) -> Tokens:
        """What `models.command.tokens` wrote."""
        return cls(**json.loads((folder / "vocabulary.json").read_text("utf-8")))

    @property
    def all(self) -> list[str]:
        """Every token in the order of its id."""
        return [*self.plan, *self.pieces]


@dataclass(frozen=True)
class Shape:
    """How large a network is."""

    width: int = 256
    encoder_layers: int = 6
    decoder_layers: int = 2


class Embedding(torch.nn.Module):
    """Token ids → vectors: one table, or what another model knows of the words besides.

    With `knowledge`, (pieces, known width), a piece's vector is a learnt projection of what is
    known of it and a learnt difference, so that words the corpus hardly has stand near to those
    that mean the same. `table` folds both into one.
    """

    def __init__(self, tokens: Tokens, width: int, knowledge: np.ndarray | None) -> None:
        super().__init__()
        self.plan = torch.nn.Embedding(len(tokens.plan), width)
        self.pieces = torch.nn.Embedding(len(tokens.pieces), width)
        torch.nn.init.normal_(self.plan.weight)
        self.projection: torch.nn.Linear | None = None
        if knowledge is None:
            torch.nn.init.normal_(self.pieces.weight)
            return
        known = torch.from_numpy(knowledge.astype(np.float32))
        known = (known - known.mean(0)) / known.std(0).mean()
        self.register_buffer("known", known, persistent=False)
        self.projection = torch.nn.Linear(known.shape[1], width, bias=False)
        # Principal components, at the size that T5 begins embeddings with.
        _, scale, directions = torch.linalg.svd(known, full_matrices=False)
        projection = directions[:width]
        projection *= len(known) ** 0.5 / scale[:width].square().mean().sqrt()
        with torch.no_grad():
            self.projection.weight.copy_(projection)
        torch.nn.init.zeros_(self.pieces.weight)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Vectors, (…, width), of ids."""
        plan = len(self.plan.weight)
        is_piece = (ids >= plan)[..., None]
        piece = (ids - plan).clamp(min=0)
        vectors = self.pieces(piece)
        if self.projection is not None:
            vectors = vectors + self.projection(self.known[piece])
        return torch.where(is_piece, vectors, self.plan(ids.clamp(max=plan - 1)))

    @torch.no_grad()
    def table(self) -> torch.Tensor:
        """All vectors, (tokens, width)."""
        return self(torch.arange(len(self.plan.weight) + len(self.pieces.weight)))


class Network(torch.nn.Module):
    """The encoder–decoder, with what helps it to learn to point and is thrown away afterwards.

    Pointing is two things: knowing which words a slot begins and ends with, and copying the index
    found there. Learnt from the output alone, both take very long. So the encoder is also asked
    for the slots that begin and end at each index token, and a head of the last cross-attention
    is guided to the index token that comes next (guided alignment, Chen et al. 2016).
    """

    def __init__(self, tokens: Tokens, shape: Shape, knowledge: np.ndarray | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = Embedding(tokens, shape.width, knowledge)
        self.t5 = T5ForConditionalGeneration(_config(len(tokens.plan), shape))
        self.t5.set_input_embeddings(self.embedding.plan)
        self.t5.lm_head = torch.nn.Identity()
        slots = [i for i, token in enumerate(tokens.plan) if token.startswith("<@")]
        tag_of_token = torch.zeros(len(tokens.plan), dtype=torch.long)
        tag_of_token[slots] = torch.arange(1, len(slots) + 1)
        self.register_buffer("tag_of_token", tag_of_token, persistent=False)
        self.tags = len(slots) + 1  # and none
        self.tagger = torch.nn.Linear(shape.width, 2 * self.tags)

    def forward(
        self, source: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits, (batch, target, plan tokens), and the loss of pointing, for ids of (batch, length)."""
        mask = source != 0
        encoded = self.t5.encoder(
            inputs_embeds=self.embedding(source), attention_mask=mask
        ).last_hidden_state
        begun = torch.nn.functional.pad(labels.clamp(min=0), (1, -1))
        decoded = self.t5.decoder(
            input_ids=begun,
            encoder_hidden_states=encoded,
            encoder_attention_mask=mask,
            output_attentions=True,
            use_cache=False,
        )
        hidden = decoded.last_hidden_state * self.shape.width**-0.5
        logits = hidden @ self.embedding.plan.weight.T
        return logits, self._pointing(source, labels, encoded, decoded.cross_attentions[-1][:, 0])

    def _pointing(
        self,
        source: torch.Tensor,
        labels: torch.Tensor,
        encoded: torch.Tensor,
        guided: torch.Tensor,
    ) -> torch.Tensor:
        # (batch, target, source): where each index of the plan stands in the source
        found = (source[:, None, :] == labels[:, :, None]) & is_index(labels)[:, :, None]
        looked = (guided.float() * found).sum(-1)[is_index(labels)]
        guidance = -torch.log(looked + 1e-6).sum() / max(1, len(looked))
        tags = self.tagger(encoded)[is_index(source)].float()
        begins, ends = self._tags(labels, found)
        return (
            guidance
            + torch.nn.functional.cross_entropy(tags[:, : self.tags], begins[is_index(source)])
            + torch.nn.functional.cross_entropy(tags[:, self.tags :], ends[is_index(source)])
        )

    def _tags(self, labels: torch.Tensor, found: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The slots that begin and that end at each place of the source, (batch, source) each."""
        tag = self.tag_of_token[labels.clamp(min=0)]
        at = torch.arange(labels.shape[1]).expand_as(labels)
        tag = tag.gather(1, torch.where(tag > 0, at, 0).cummax(1).values)  # the slot it is in
        follows = torch.nn.functional.pad(is_index(labels), (1, 0))[:, :-1]
        first, last = (
            (found & mask[:, :, None]).long().mul(tag[:, :, None]).amax(1)
            for mask in (~follows, follows)
        )
        return first, last

    def folded(self) -> T5ForConditionalGeneration:
        """The plain T5 model, its input table holding all tokens."""
        table = self.embedding.table()
        model = T5ForConditionalGeneration(_config(len(table), self.shape))
        state = {k: v for k, v in self.t5.state_dict().items() if "embed_tokens" not in k}
        state |= dict.fromkeys(
            (
                "shared.weight",
                "encoder.embed_tokens.weight",
                "decoder.embed_tokens.weight",
                "lm_head.weight",
            ),
            table,
        )
        model.load_state_dict(state)
        return model


def is_index(ids: torch.Tensor) -> torch.Tensor:
    """Which ids are index tokens."""
    return (ids >= FIRST_INDEX) & (ids < FIRST_INDEX + INDICES)


def _config(vocabulary: int, shape: Shape) -> T5Config:
    return T5Config(
        vocab_size=vocabulary,
        d_model=shape.width,
        d_kv=64,
        num_heads=shape.width // 64,
        d_ff=shape.width * 4,
        num_layers=shape.encoder_layers,
        num_decoder_layers=shape.decoder_layers,
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
