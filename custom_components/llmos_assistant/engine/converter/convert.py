"""GGUF in, a folder out that CTranslate2 and the chat model's Generator can load."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from ..store import ModelError
from .decoder import DecoderReader
from .gguf_file import GgufFile
from .tokenizer_files import TokenizerReader

type Progress = Callable[[int, int], None]
"""Told how many bytes of how many of the GGUF file are converted."""


def convert(source: Path, folder: Path, progress: Progress = lambda done, total: None) -> None:
    """Convert the GGUF file `source` to int8 in a new folder, which appears when it is complete.

    Reads and writes one matrix after the other. Raises ModelError.
    """
    if folder.exists():
        raise ModelError(f"{folder} is there already. Name a folder that is not.")
    file = GgufFile(source)
    total = source.stat().st_size
    done = 0

    def advance(size: int) -> None:
        nonlocal done
        done += size
        progress(done, total)

    tokenizer = TokenizerReader(file)
    decoder = DecoderReader(file, advance).read(tokenizer.tokens)
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        tokenizer.save(partial)
        decoder.config.bos_token = tokenizer.bos_token
        decoder.config.eos_token = tokenizer.eos_token
        decoder.save(str(partial))
        partial.rename(folder)
    except OSError as err:
        raise ModelError(f"Cannot write the model to {folder}: {err}") from err
    except NotImplementedError as err:  # a way to quantize that GGUF's own package cannot undo
        raise file.error(f"cannot be converted ({err}). Take another quantization of it.") from err
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    progress(total, total)
