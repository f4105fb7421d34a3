"""Models in words, for people to choose from."""

from __future__ import annotations

from collections.abc import Container

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.model_files import ModelFile, in_words
from .engine.shelf import Stored
from .engine.store import Model


class ModelTexts:
    """Sentences in the language of Home Assistant. A selector's own translations hold no numbers."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> ModelTexts:
        """Read the translations."""
        texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
        return cls({key.rpartition(".")[2]: text for key, text in texts.items()})

    def _say(self, key: str, **values: str) -> str:
        return self._texts[key].format(**values)

    def cost(
        self, model: Model, here: Container[str], seconds: float | None, words: float | None
    ) -> str:
        """A model with what it costs: download, memory, and its speed if that was measured."""
        key = "model_here" if model.name in here else "model_download"
        text = self._say(
            key, name=model.title, size=in_words(model.size), memory=in_words(model.memory)
        )
        if seconds is not None:
            text = self._say("model_seconds", model=text, seconds=f"{seconds:.1f}")
        if words is not None:
            text = self._say("model_words", model=text, words=f"{words:.1f}")
        if model.note:
            text = self._say("model_note", model=text, note=self._texts[f"note_{model.note}"])
        return text

    def file(self, file: ModelFile) -> str:
        """A file to choose."""
        return self._say("stored_model", name=file.name, size=in_words(file.size))

    def stored(self, model: Stored, in_use: Container[str]) -> str:
        """A model of the store, with its size on the disk."""
        key = "stored_model"
        if not model.is_complete:
            key = "stored_partial"
        elif model.name in in_use:
            key = "stored_in_use"
        return self._say(key, name=model.title, size=in_words(model.size))
