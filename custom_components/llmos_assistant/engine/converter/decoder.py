"""GGUF's names for the parts of a decoder, and CTranslate2's.

`llama.cpp` writes the rows of queries and keys of the architecture "llama" in the order of
rotary embeddings that turn neighbours ("interleaved"), all others in that of two halves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ctranslate2.specs.attention_spec import RotaryScalingType
from ctranslate2.specs.common_spec import Activation, LayerNormSpec, LinearSpec
from ctranslate2.specs.transformer_spec import (
    TransformerDecoderLayerSpec,
    TransformerDecoderModelSpec,
)
from gguf import Keys, ReaderTensor

from .gguf_file import GgufFile
from .weights import Int8Matrix, vector


@dataclass(frozen=True)
class _Architecture:
    """What the models of an architecture have in common, and their files do not say."""

    activation: Activation = Activation.SWISH
    rotary_interleave: bool = False
    scales_embeddings: bool = False


_ARCHITECTURES = {
    "llama": _Architecture(rotary_interleave=True),
    "qwen2": _Architecture(),
    "gemma": _Architecture(activation=Activation.GELUTanh, scales_embeddings=True),
}


class DecoderReader:
    """Makes CTranslate2's description of the decoder in a GGUF file.

    Args:
        file: the GGUF file.
        progress: told how many bytes of it each piece of work has used up.

    Raises:
        ModelError: it holds no decoder that can be converted.
    """

    def __init__(self, file: GgufFile, progress: Callable[[int], None]) -> None:
        if file.architecture not in _ARCHITECTURES:
            known = ", ".join(_ARCHITECTURES)
            raise file.error(
                f"is of the architecture '{file.architecture}'; only {known} can be converted."
            )
        scaling = file.shape_field(Keys.Rope.SCALING_TYPE, "none")
        if scaling != "none":
            raise file.error(f"scales its positions ('{scaling}'), which cannot be converted.")
        self._file = file
        self._progress = progress
        self._architecture = _ARCHITECTURES[file.architecture]

    def read(self, vocabulary: list[str]) -> TransformerDecoderModelSpec:
        """The whole decoder. Its weights are read from the file when it is saved."""
        spec = self._skeleton()
        decoder = spec.decoder
        self._embeddings(spec)
        self._norm(decoder.layer_norm, "output_norm")
        for index, layer in enumerate(decoder.layer):
            self._layer(layer, f"blk.{index}")
        if left := self._file.tensors_left:
            raise self._file.error(f"has parts that cannot be converted: {', '.join(left[:3])}.")
        rows = decoder.embeddings.weight.shape[0]
        if rows < len(vocabulary):
            raise self._file.error("has fewer embeddings than tokens: it is damaged.")
        unused = [f"<extra_id_{index}>" for index in range(rows - len(vocabulary))]
        spec.register_vocabulary([*vocabulary, *unused])
        spec.validate()
        if decoder.projection.weight is decoder.embeddings.weight:
            # A name in the place of a weight is an alias; only now, as validating would undo it.
            decoder.projection.weight = "decoder/embeddings/weight"
            decoder.projection.weight_scale = "decoder/embeddings/weight_scale"
        return spec

    def _skeleton(self) -> TransformerDecoderModelSpec:
        """The layers without their weights."""
        shape = self._file.shape_field
        heads = shape(Keys.Attention.HEAD_COUNT)
        heads_kv = shape(Keys.Attention.HEAD_COUNT_KV, heads)
        factors = self._file.take_if_there("rope_freqs.weight")
        context = shape(Keys.LLM.CONTEXT_LENGTH)
        spec = TransformerDecoderModelSpec.from_config(
            shape(Keys.LLM.BLOCK_COUNT),
            heads,
            num_heads_kv=heads_kv if heads_kv != heads else None,
            head_dim=shape(Keys.Attention.KEY_LENGTH, None),
            activation=self._architecture.activation,
            ffn_glu=True,
            rms_norm=True,
            rotary_dim=shape(Keys.Rope.DIMENSION_COUNT, 0),  # 0: all
            rotary_interleave=self._architecture.rotary_interleave,
            rotary_base=shape(Keys.Rope.FREQ_BASE, 10_000.0),
            # Llama 3.1 slows some rotations down. GGUF has the factors themselves, for which
            # CTranslate2 has the scaling of "Su": for short and for long texts, here the same.
            rotary_scaling_type=RotaryScalingType.Su if factors else None,
            original_max_position_embeddings=context if factors else 0,
            max_position_embeddings=context if factors else 0,
        )
        if factors:
            for layer in spec.decoder.layer:
                layer.self_attention.rotary_scaling_short_factor = vector(factors)
                layer.self_attention.rotary_scaling_long_factor = vector(factors)
        spec.config.layer_norm_epsilon = shape(Keys.Attention.LAYERNORM_RMS_EPS)
        return spec

    def _embeddings(self, spec: TransformerDecoderModelSpec) -> None:
        """The table of words, and the output, which may be the same table."""
        decoder = spec.decoder
        decoder.scale_embeddings = self._architecture.scales_embeddings
        decoder.embeddings.weight = Int8Matrix(
            [self._file.take("token_embd.weight")], self._progress
        )
        decoder.embeddings.weight_scale = decoder.embeddings.weight.scale
        if self._architecture.scales_embeddings:
            width = decoder.embeddings.weight.shape[1]
            decoder.embeddings.multiply_by_sqrt_depth = np.float32(width**0.5)
        if output := self._file.take_if_there("output.weight"):
            self._weight(decoder.projection, output)
        else:
            decoder.projection.weight = decoder.embeddings.weight
            decoder.projection.weight_scale = decoder.embeddings.weight_scale

    def _layer(self, layer: TransformerDecoderLayerSpec, name: str) -> None:
        attention, feed_forward = layer.self_attention, layer.ffn
        self._norm(attention.layer_norm, f"{name}.attn_norm")
        self._linear(attention.linear[0], *(f"{name}.attn_{part}" for part in "qkv"))
        self._linear(attention.linear[1], f"{name}.attn_output")
        self._norm(feed_forward.layer_norm, f"{name}.ffn_norm")
        self._linear(feed_forward.linear_0, f"{name}.ffn_gate")
        self._linear(feed_forward.linear_0_noact, f"{name}.ffn_up")
        self._linear(feed_forward.linear_1, f"{name}.ffn_down")

    def _linear(self, spec: LinearSpec, *names: str) -> None:
        """One linear layer out of as many as are named, their outputs one after the other."""
        self._weight(spec, *(self._file.take(f"{name}.weight") for name in names))
        biases = [self._file.take_if_there(f"{name}.bias") for name in names]
        if all(biases):
            spec.bias = np.concatenate([vector(bias) for bias in biases if bias])

    def _weight(self, spec: LinearSpec, *tensors: ReaderTensor) -> None:
        spec.weight = Int8Matrix(tensors, self._progress)
        spec.weight_scale = spec.weight.scale

    def _norm(self, spec: LayerNormSpec, name: str) -> None:
        """A normalisation. What Gemma adds to its gain is already added in the file."""
        spec.gamma = vector(self._file.take(f"{name}.weight"))
