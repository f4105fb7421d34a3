"""Setting up the integration, and changing where its engine runs.

A screen with what was found and what is recommended, one with progress, and a last one with how
fast it is here and what can be said first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .app_discovery import AppDiscovery
from .chat_offer import ChatOffer
from .const import (
    CONF_CHAT_MODEL,
    CONF_ENGINE,
    DOCS_ELSEWHERE,
    DOMAIN,
    ENGINE_LOCAL,
    ENGINE_REMOTE,
    NAME,
    SUBENTRY_ASSISTANT,
    SUBENTRY_TASK,
)
from .discovery import FoundEngine, async_found_engines
from .engines import async_change_entry, async_check_engine, make_engine
from .examples import async_first_sentence
from .flow_forms import (
    ADDRESS_SCHEMA,
    async_chat_selector,
    async_describe,
    async_find,
    choices,
    engine_selector,
    found_name,
)
from .install import InstallError, async_check_disk, unsupported_reason
from .models import async_install_all, check_language
from .options_flow import LlmosOptionsFlow
from .other_languages import is_understood
from .speed import Speed, async_measure
from .subentry_flow import LlmosSubentryFlow


class LlmosConfigFlow(AppDiscovery, ChatOffer, ConfigFlow, domain=DOMAIN):
    """Where the engine runs, then whatever that place needs."""

    VERSION = 1

    _speed: Speed
    _engine_name: str | None = None  # of an engine that announced itself

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}
        self._found: dict[str, FoundEngine] = {}

    @property
    def _options(self) -> Mapping[str, Any]:
        """The models that were chosen for the entry that is being reconfigured."""
        return self._get_reconfigure_entry().options if self.source == SOURCE_RECONFIGURE else {}

    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> LlmosOptionsFlow:
        """Which chat model to use."""
        return LlmosOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Assistants and tasks beside the entry's own."""
        return {SUBENTRY_ASSISTANT: LlmosSubentryFlow, SUBENTRY_TASK: LlmosSubentryFlow}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what was found here and ask for everything at once; the defaults are good."""
        if self._async_current_entries(include_ignore=False):
            return self.async_abort(reason="single_instance_allowed")
        if unsupported_reason():
            return await self.async_step_elsewhere()
        return await self._async_step_choose("user", user_input)

    async def async_step_elsewhere(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that this hub cannot run the engine, and what else can."""
        return await self._async_step_choose("elsewhere", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change where the engine runs; also downloads again what is damaged."""
        if user_input is None:
            self._data = dict(self._get_reconfigure_entry().data)
        return await self._async_step_choose("reconfigure", user_input)

    async def _async_step_choose(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask where the engine should run; without `user_input` say what is in the way at once."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        try:
            if user_input is not None:
                return await self._async_chosen(user_input)
            if step_id == "user":
                await async_check_disk(self.hass)
        except InstallError as err:
            errors, placeholders = {"base": err.key}, err.placeholders
        self._found = {engine.name: engine for engine in async_found_engines(self.hass)}
        findings = await async_find(self.hass)
        placeholders |= await async_describe(self.hass, findings)
        schema = engine_selector(self._data, self._found)
        if step_id == "user":
            schema |= await async_chat_selector(self.hass, findings, self._chat_chosen)
        schema |= choices(self.hass, self._data, is_new=self.source != SOURCE_RECONFIGURE)
        return self.async_show_form(
            step_id=step_id,
            data_schema=vol.Schema(schema),
            errors=errors,
            description_placeholders={**placeholders, "docs": DOCS_ELSEWHERE},
        )

    async def _async_chosen(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Go on with what was chosen. Raises InstallError."""
        self._data |= user_input
        self._chat_chosen = self._data.pop(CONF_CHAT_MODEL, None)
        self._chat_options = None  # an engine elsewhere has its own
        self._engine_name = found_name(user_input[CONF_ENGINE])
        if engine := self._found.get(self._engine_name or ""):
            return await self._async_use(engine)
        if self._data[CONF_ENGINE] == ENGINE_REMOTE:
            return await self.async_step_remote()
        if key := unsupported_reason():
            raise InstallError(key)
        if self.source == SOURCE_RECONFIGURE:
            check_language(self._options, self._data[CONF_LANGUAGE])
            await async_check_disk(self.hass, self._options)
        else:
            await self._async_check_room()
        return await self.async_step_install()

    async def async_step_remote(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the other machine is, and whether an engine answers there."""
        errors: dict[str, str] = {}
        placeholders = {"reason": ""}
        if user_input is not None:
            self._data |= user_input
            try:
                await self._async_try_engine()
            except InstallError as err:
                errors, placeholders = {"base": err.key}, err.placeholders
            else:
                return await self.async_step_finish()
        return self.async_show_form(
            step_id="remote",
            data_schema=self.add_suggested_values_to_schema(ADDRESS_SCHEMA, self._data),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Offer an engine that announces itself, or follow one that has moved."""
        if (engine := FoundEngine.of(discovery_info)) is None:
            return self.async_abort(reason="no_port")
        await self.async_set_unique_id(engine.name)
        where = {CONF_HOST: engine.host, CONF_PORT: engine.port}
        # The listener of the entry loads it again.
        self._abort_if_unique_id_configured(where, reload_on_update=False)
        for entry in self._async_current_entries(include_ignore=False):
            if entry.data | where != entry.data:
                return self.async_abort(reason="single_instance_allowed")
            self.hass.config_entries.async_update_entry(entry, unique_id=engine.name)
            return self.async_abort(reason="already_configured")
        self._found = {engine.name: engine}
        self._engine_name = engine.name
        self.context["title_placeholders"] = {"name": engine.name}
        return await self.async_step_zeroconf_confirm()

    async def async_step_zeroconf_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to use the engine that announced itself."""
        assert self._engine_name is not None
        engine = self._found[self._engine_name]
        errors: dict[str, str] = {}
        placeholders = {"name": engine.name, "host": engine.host, "reason": ""}
        if user_input is not None:
            self._data |= user_input
            try:
                return await self._async_use(engine)
            except InstallError as err:
                errors = {"base": err.key}
                placeholders |= err.placeholders
        return self.async_show_form(
            step_id="zeroconf_confirm",
            data_schema=vol.Schema(
                choices(self.hass, self._data, is_new=self.source != SOURCE_RECONFIGURE)
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_use(self, engine: FoundEngine) -> ConfigFlowResult:
        """Use an engine that announced itself. Raises InstallError."""
        self._data |= {
            CONF_ENGINE: ENGINE_REMOTE,
            CONF_HOST: engine.host,
            CONF_PORT: engine.port,
        }
        await self._async_try_engine()
        return await self.async_step_finish()

    @override
    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create or change the entry, and say how fast it is and what to say."""
        if self._data[CONF_ENGINE] == ENGINE_LOCAL:
            for key in (CONF_HOST, CONF_PORT):
                self._data.pop(key, None)
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            async_change_entry(self.hass, entry, unique_id=self._engine_name, data=self._data)
            return self.async_abort(reason="reconfigure_successful")
        if self._async_current_entries(include_ignore=False):
            return self.async_abort(reason="single_instance_allowed")
        await self.async_set_unique_id(self._engine_name, raise_on_progress=False)
        for flow in self._async_in_progress(include_uninitialized=True):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])  # one engine is enough
        sentence = await async_first_sentence(self.hass, self._data[CONF_LANGUAGE])
        description = "default" if sentence else "nothing_exposed"
        if not is_understood(self._data[CONF_LANGUAGE]):
            description = "other_language"  # the sentence would be in English
        return self.async_create_entry(
            title=NAME,
            data=self._data,
            options=self._chat_options,
            description=description,
            description_placeholders={
                "understanding": f"{self._speed.understanding * 1000:.0f}",
                "hearing": f"{self._speed.hearing:.1f}",
                "chat": await self._async_chat_speed(),
                "sentence": sentence or "",
            },
        )

    @override
    async def _async_install(self) -> None:
        """Raises InstallError."""
        if not self._is_ready:  # else only the chat model failed
            await async_install_all(self.hass, self._async_report, self._options)
            self._async_show_stage("start")
            await self._async_try_engine()
            self._is_ready = True
        await self._async_get_chat()

    async def _async_try_engine(self) -> None:
        """See that an engine hears and understands, and how fast. Raises InstallError."""
        engine = make_engine(self.hass, self._data, self._options)
        try:
            await async_check_engine(self.hass, engine)
            self._speed = await async_measure(self.hass, engine)
        finally:
            await engine.async_stop()
