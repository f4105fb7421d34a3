"""The catalog says what is true and enough to fetch a model by."""

from __future__ import annotations

import re

from custom_components.llmos_assistant.engine.catalog import (
    CHAT_MODELS,
    MODELS,
    SPEECH_MODELS,
    named,
    of_repository,
)
from custom_components.llmos_assistant.engine.hugging_face import HubSource, Purpose


def test_every_model_can_be_fetched_and_verified() -> None:
    """Its hashes are known, or the hub tells them."""
    assert set(MODELS.values()) == {*SPEECH_MODELS, *CHAT_MODELS}
    for model in MODELS.values():
        assert model.title
        assert model.license
        assert model.memory > 0
        assert model.size > 10**7
        assert any(isinstance(source, HubSource) for source in model.sources)
        assert bool(model.files) != bool(model.hub)
        assert bool(model.files) == bool(model.revision)
        for file in model.files:
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_english_only_models_know_no_other_language() -> None:
    for model in SPEECH_MODELS:
        assert model.knows("en")
        is_english_only = model.name.endswith(".en") or "distil" in model.name
        assert model.knows("de") != is_english_only


def test_names_lead_back_to_models() -> None:
    """Those of the catalog and of repositories; all else is a path."""
    assert named("whisper-base", Purpose.SPEECH) is MODELS["whisper-base"]
    own = of_repository("somebody/whisper", Purpose.SPEECH)
    assert named(own.name, Purpose.SPEECH) == own
    for path in ("models/whisper", "/models/whisper", "my-model", "a--b--c", "../a--b"):
        assert named(path, Purpose.SPEECH) is None
