"""Stage 4, quantize and package: PyTorch weights → int8 CTranslate2 model, ready to ship.

    python -m models.command.quantize

Writes `model.bin`, `config.json`, `shared_vocabulary.json`, `words.model` and `card.json`.
Needs PyTorch, transformers and ctranslate2.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from ctranslate2.converters.transformers import T5Loader
from transformers import T5ForConditionalGeneration

BUILD = Path(__file__).parents[2] / "build" / "command"
SHIPPED = Path(__file__).parents[2] / "custom_components" / "llmos_assistant" / "command_model"


def latest_model(folder: Path) -> T5ForConditionalGeneration:
    """The trained model, or what the last checkpoint holds of it."""
    if (folder / "model").exists():
        return T5ForConditionalGeneration.from_pretrained(folder / "model")
    raise SystemExit(f"No trained model in {folder}: run models.command.train first.")


def quantize(
    model: T5ForConditionalGeneration, vocabulary: list[str], quantization: str, output: Path
) -> None:
    """Write a T5 model in CTranslate2's format."""
    loader = T5Loader()
    spec = loader.get_model_spec(model)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.config.bos_token = spec.config.decoder_start_token = "<pad>"
    spec.config.eos_token = "</s>"
    spec.config.unk_token = "<unk>"
    spec.validate()
    spec.optimize(quantization=quantization)
    output.mkdir(parents=True, exist_ok=True)
    spec.save(str(output))


def main() -> None:
    """Package the trained model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=BUILD)
    parser.add_argument("--output", type=Path, default=SHIPPED)
    parser.add_argument("--quantization", default="int8", choices=["int8", "float32"])
    parser.add_argument("--version", default="1")
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    vocabulary = json.loads((args.folder / "vocabulary.json").read_text("utf-8"))
    model = latest_model(args.folder)
    quantize(model, vocabulary, args.quantization, args.output)
    shutil.copy(args.folder / "words.model", args.output / "words.model")
    card = {
        "languages": ["en"],
        "version": args.version,
        "parameters": sum(p.numel() for p in model.parameters()),
    }
    (args.output / "card.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    for path in sorted(args.output.iterdir()):
        print(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")


if __name__ == "__main__":
    main()
