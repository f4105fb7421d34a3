"""Stage 7, quantize and package: PyTorch weights → int8 CTranslate2 model, ready to ship.

    python -m models.command.quantize

Writes `model.bin`, `config.json`, `source_vocabulary.json`, `target_vocabulary.json`, `words.model`
and `card.json`. Needs PyTorch, transformers and ctranslate2.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import torch
from ctranslate2.converters.transformers import T5Loader

from . import BUILD
from .network import Network, Tokens
from .train import load

SHIPPED = Path(__file__).parents[2] / "custom_components" / "llmos_assistant" / "command_model"


def quantize(network: Network, tokens: Tokens, quantization: str, output: Path) -> None:
    """Write the network in CTranslate2's format. It writes plans only, whatever it reads."""
    spec = T5Loader().get_model_spec(network.folded())
    plan = len(tokens.plan)
    table = spec.decoder.embeddings.weight[:plan].clone()
    spec.decoder.embeddings.weight = table
    spec.decoder.projection.weight = table
    spec.register_source_vocabulary(tokens.all)
    spec.register_target_vocabulary(tokens.plan)
    spec.config.bos_token = spec.config.decoder_start_token = "<pad>"
    spec.config.eos_token = "</s>"
    spec.config.unk_token = "<unk>"
    spec.validate()
    spec.optimize(quantization=quantization)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    spec.save(str(output))


def main() -> None:
    """Package the trained model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoint.pt"))
    parser.add_argument("--output", type=Path, default=SHIPPED)
    parser.add_argument("--quantization", default="int8", choices=["int8", "float32"])
    parser.add_argument("--version", default="2")
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    network = load(args.folder / args.checkpoint, args.folder)
    card_of_words = args.output / "README.md"  # written by hand: it stays
    readme = card_of_words.read_text("utf-8") if card_of_words.exists() else None
    quantize(network, Tokens.read(args.folder), args.quantization, args.output)
    if readme:
        card_of_words.write_text(readme, "utf-8")
    shutil.copy(args.folder / "words.model", args.output / "words.model")
    files = sorted({path.name for path in args.output.iterdir()} - {"README.md", "card.json"})
    card = {
        "languages": ["en"],
        "version": args.version,
        "parameters": sum(p.numel() for p in network.folded().parameters()),
        "sha256": {
            name: hashlib.sha256((args.output / name).read_bytes()).hexdigest() for name in files
        },
    }
    (args.output / "card.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    for path in sorted(args.output.iterdir()):
        print(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")


if __name__ == "__main__":
    main()
