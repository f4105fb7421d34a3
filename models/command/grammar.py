"""The engine's grammar and utterance code, imported without the integration around it."""

from __future__ import annotations

import sys
from pathlib import Path

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "llmos_assistant"

sys.path.append(str(INTEGRATION))  # at the end: the integration's modules must shadow nothing

from engine.grammar import (  # noqa: E402
    CHAT,
    MAX_WORDS,
    NUMBER_SLOTS,
    index_token,
    intent_token,
    label_token,
    slot_token,
)
from engine.utterance import split_words  # noqa: E402

__all__ = [
    "CHAT",
    "MAX_WORDS",
    "NUMBER_SLOTS",
    "index_token",
    "intent_token",
    "label_token",
    "slot_token",
    "split_words",
]
