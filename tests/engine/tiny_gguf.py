"""GGUF files with small random models, one of each architecture that can be converted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFWriter, TokenType, quantize

WIDTH, LAYERS, HEADS, HEADS_KV, INNER = 128, 2, 4, 2, 256
EPSILON = 1e-5
ROPE_BASE = 5_000.0
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
)
_CONTROL = ("<unk>", "<|im_start|>", "<|im_end|>")


def write_tiny(
    path: Path,
    architecture: str,
    *,
    template: str = TEMPLATE,
    extra: str = "",
    factors: bool = False,
    without: str = "",
    tokenizer: str = "gpt2",
    cuts: str = "gpt-2",
    quantized: GGMLQuantizationType = GGMLQuantizationType.Q8_0,
) -> None:
    """Write a GGUF file.

    Args:
        path: where to.
        architecture: as GGUF names it.
        template: the chat template; none if empty.
        extra: the name of a tensor that does not belong there.
        factors: whether rotary frequencies have factors, as those of Llama 3.1 do.
        without: the name of a tensor that is missing.
        tokenizer: of which kind it is, but for Gemma's.
        cuts: how it cuts words; not said if empty.
        quantized: how its embeddings are written.
    """
    writer = GGUFWriter(path, architecture)
    writer.add_block_count(LAYERS)
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS_KV)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    if architecture == "gemma":
        writer.add_key_length(2 * WIDTH // HEADS)  # its heads are wider than the model
        writer.add_value_length(2 * WIDTH // HEADS)
    rows = _add_pieces(writer) if architecture == "gemma" else _add_bytes(writer, tokenizer, cuts)
    if template:
        writer.add_chat_template(template)
    _add_tensors(writer, architecture, rows, quantized)
    for tensors in writer.tensors:
        tensors.pop(without, None)
    rng = np.random.default_rng(1)
    if factors:
        writer.add_tensor("rope_freqs.weight", rng.uniform(1, 8, WIDTH // HEADS // 2).astype("f4"))
    if extra:
        writer.add_tensor(extra, np.ones(WIDTH, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_bytes(writer: GGUFWriter, tokenizer: str, cuts: str) -> int:
    """A tokenizer over bytes with two merges. Returns the number of tokens."""
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 324))]
    tokens = [*_CONTROL, *letters, "he", "ll"]
    writer.add_tokenizer_model(tokenizer)
    if cuts:
        writer.add_tokenizer_pre(cuts)
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL] * 3 + [TokenType.NORMAL] * (len(tokens) - 3))
    writer.add_token_merges(["h e", "l l"])
    writer.add_eos_token_id(2)
    return len(tokens)


def _add_pieces(writer: GGUFWriter) -> int:
    """A tokenizer of the SentencePiece kind. Returns the number of tokens."""
    words = ["▁", *"helowrd", "he", "ll", "hell", "hello", "▁w", "or", "▁wor", "▁world", "ld"]
    tokens = [*_CONTROL, *(f"<0x{byte:02X}>" for byte in range(256)), *words]
    kinds = [TokenType.CONTROL] * 3 + [TokenType.BYTE] * 256 + [TokenType.NORMAL] * len(words)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_scores([float(-index) for index in range(len(tokens))])
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(False)
    return len(tokens)


def _add_tensors(
    writer: GGUFWriter, architecture: str, rows: int, quantized: GGMLQuantizationType
) -> None:
    rng = np.random.default_rng(0)
    head = WIDTH // HEADS * (2 if architecture == "gemma" else 1)

    def matrix(name: str, outputs: int, inputs: int) -> None:
        values = rng.normal(0, 1.5 / inputs**0.5, (outputs, inputs)).astype(np.float32)
        kind = GGMLQuantizationType.Q8_0
        writer.add_tensor(f"{name}.weight", quantize(values, kind), raw_dtype=kind)
        if architecture == "qwen2" and name.endswith(("_q", "_k", "_v")):
            writer.add_tensor(f"{name}.bias", rng.normal(0, 1, outputs).astype(np.float32))

    def gain(name: str) -> None:
        writer.add_tensor(f"{name}.weight", rng.uniform(0.5, 1.5, WIDTH).astype(np.float32))

    if quantized is GGMLQuantizationType.Q8_0:
        matrix("token_embd", rows, WIDTH)
    else:
        length, size = GGML_QUANT_SIZES[quantized]
        nothing = np.zeros((rows, WIDTH // length * size), np.uint8)
        writer.add_tensor("token_embd.weight", nothing, raw_dtype=quantized)
    if architecture == "qwen2":  # the others' outputs are tied to their embeddings
        matrix("output", rows, WIDTH)
    gain("output_norm")
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        gain(f"{block}.attn_norm")
        matrix(f"{block}.attn_q", HEADS * head, WIDTH)
        matrix(f"{block}.attn_k", HEADS_KV * head, WIDTH)
        matrix(f"{block}.attn_v", HEADS_KV * head, WIDTH)
        matrix(f"{block}.attn_output", WIDTH, HEADS * head)
        gain(f"{block}.ffn_norm")
        matrix(f"{block}.ffn_gate", INNER, WIDTH)
        matrix(f"{block}.ffn_up", INNER, WIDTH)
        matrix(f"{block}.ffn_down", WIDTH, INNER)
