"""Models in words, for people to choose from."""

from __future__ import annotations

from collections.abc import Container

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.model_files import ModelFile, in_words
from .engine.shelf import Stored
from .engine.store import Model

_RECOMMENDED = "recommended"  # the note of the model that most hubs should have


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
        text = self.price(model, is_here=model.name in here)
        if seconds is not None:
            text = self._say("model_seconds", model=text, seconds=f"{seconds:.1f}")
        if words is not None:
            text = self._say("model_words", model=text, words=f"{words:.1f}")
        return self._noted(text, model.note)

    def price(self, model: Model, *, is_here: bool) -> str:
        """A model with what it takes of download and memory."""
        return self._say(
            "model_here" if is_here else "model_download",
            name=model.title,
            size=in_words(model.size),
            memory=in_words(model.memory),
        )

    def offer(self, model: Model, *, is_here: bool, obstacle: str | None) -> str:
        """A model to choose for a hub that may have too little of something for it."""
        text = self.price(model, is_here=is_here)
        if not obstacle:
            return self._noted(text, model.note)
        warned = self._noted(text, f"too_little_{obstacle}")
        return warned if model.note == _RECOMMENDED else self._noted(warned, model.note)

    def _noted(self, text: str, note: str) -> str:
        if not note:
            return text
        return self._say("model_note", model=text, note=self._texts[f"note_{note}"])

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
