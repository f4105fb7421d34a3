"""What the entities of the device page show: pushed whenever it changes."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Literal, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import CONF_ENGINE, CONF_PRIVACY, DOMAIN, ENGINE_LOCAL, SPEECH_LANGUAGES
from .engine.protocol import EngineInfo
from .engine_client import Engine, EngineError
from .engines import chosen_models
from .health import State
from .issues import async_note_away, async_note_health, async_note_info
from .reasons import async_worded
from .request_log import RequestLog

_LOGGER = logging.getLogger(__name__)

_COOLDOWN = 2  # seconds between two looks at the engine's memory
_ASK_AGAIN = timedelta(minutes=1)  # whether an engine elsewhere is back

type LlmosConfigEntry = ConfigEntry[EngineCoordinator]


class EngineCoordinator(DataUpdateCoordinator[EngineInfo]):
    """An engine, how it is, and what it was asked.

    The engine is looked at after a request and when its health changes. Only one elsewhere that
    does not answer is polled; one on this machine is never started for a look at it.
    """

    config_entry: LlmosConfigEntry

    def __init__(self, hass: HomeAssistant, entry: LlmosConfigEntry, engine: Engine) -> None:
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=DOMAIN,
            request_refresh_debouncer=Debouncer(hass, _LOGGER, cooldown=_COOLDOWN, immediate=True),
        )
        self.data = EngineInfo()
        self.engine = engine
        self.keeps_engine = False  # whether it goes on after the entry is unloaded
        self.is_local = entry.data[CONF_ENGINE] == ENGINE_LOCAL
        self.requests = RequestLog(entry.options.get(CONF_PRIVACY, False))
        self._was_failing = False

    @callback
    def async_start(self) -> None:
        """Follow the engine's health and the requests, until the entry is unloaded."""
        self._note_issues()  # an earlier engine of this entry may have failed
        self.config_entry.async_on_unload(self.engine.health.listen(self._note_health))
        self.config_entry.async_on_unload(self.requests.listen(self._note_request))

    async def async_use_models(self) -> None:
        """Have the engine use the models that are chosen now, as they are on the disk now."""
        try:
            await self.engine.async_use(*chosen_models(self.config_entry.options))
        except EngineError:
            return  # its health tells
        await self.async_request_refresh()

    @property
    def memory(self) -> int | None:
        """Bytes that the engine occupies; None if that is not known or it does not run."""
        return self.data.memory if self.engine.health.state is State.RUNNING else None

    def model_of(self, ability: Literal["asr", "intent", "handle"]) -> str | None:
        """The model that the engine hears, understands or chats with; None if it has none."""
        models = [model for program in getattr(self.data, ability) for model in program.models]
        return next((" ".join(filter(None, (m.name, m.version))) for m in models), None)

    @property
    def speech_languages(self) -> list[str]:
        """The languages that the engine hears; Whisper's, until it has told."""
        models = [model for program in self.data.asr for model in program.models]
        return next((model.languages for model in models), SPEECH_LANGUAGES)

    @property
    def engine_version(self) -> str | None:
        """The version of the engine's program."""
        return next((program.version for program in self.data.intent), None)

    @override
    async def _async_update_data(self) -> EngineInfo:
        if self.is_local and self.engine.health.state is not State.RUNNING:
            return self.data
        try:
            info = await self.engine.info()
        except EngineError:
            return self.data  # its health tells
        async_note_info(self.hass, self.config_entry, info)
        return info

    @callback
    def _note_health(self) -> None:
        """Log what happened, once; raise or withdraw issues; show it."""
        health = self.engine.health
        is_failing = health.state is State.FAILING
        is_news = not (is_failing and self._was_failing)
        if is_failing and not self._was_failing:
            self._was_failing = True
            _LOGGER.warning("The engine is not available: %s", health.reason.rstrip("."))
        elif self._was_failing and not health.failures:
            self._was_failing = False
            _LOGGER.info("The engine is available again")
        self._note_issues()
        self.update_interval = _ASK_AGAIN if is_failing and not self.is_local else None
        self.async_update_listeners()
        if is_news:  # or looking at one that is away would make it be looked at again at once
            self._look()

    @callback
    def _note_issues(self) -> None:
        health = self.engine.health
        if self.is_local:
            async_note_away(self.hass, None)
            async_note_health(self.hass, health, self.engine.log_excerpt())
        else:
            err = health.error
            reason = async_worded(self.hass, err.key, err.details) if err else None
            async_note_away(self.hass, reason)

    @callback
    def _note_request(self) -> None:
        self.async_update_listeners()
        self._look()

    def _look(self) -> None:
        """Look at the engine, soon, in the background."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_request_refresh(), f"{DOMAIN} look"
        )
