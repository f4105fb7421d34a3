"""Setting up the integration, and changing where its engine runs."""

from __future__ import annotations

import asyncio
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    LanguageSelector,
    LanguageSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import language as language_util

from .app_discovery import AppDiscovery
from .const import (
    CONF_CREATE_PIPELINE,
    CONF_ENGINE,
    CONF_PREFERRED_PIPELINE,
    DEFAULT_LANGUAGE,
    DEFAULT_PORT,
    DOMAIN,
    ENGINE_LOCAL,
    ENGINE_REMOTE,
    LANGUAGES,
    NAME,
)
from .engines import async_check_engine, make_engine
from .install import InstallError, async_start_installation, unsupported_reason
from .install_steps import InstallSteps
from .options_flow import LlmosOptionsFlow

_REMOTE_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): vol.All(cv.string, vol.Strip, vol.Length(min=1)),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): cv.port,
    }
)


class LlmosConfigFlow(AppDiscovery, InstallSteps, ConfigFlow, domain=DOMAIN):
    """Where the engine runs, then whatever that place needs."""

    VERSION = 1

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}

    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> LlmosOptionsFlow:
        """Which chat model to use."""
        return LlmosOptionsFlow()

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for everything at once; the defaults are good."""
        return await self._async_step_choose("user", user_input)

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
        unsupported = unsupported_reason()
        errors: dict[str, str] = {}
        if user_input is not None:
            self._data |= user_input
            if self._data[CONF_ENGINE] == ENGINE_REMOTE:
                return await self.async_step_remote()
            if not unsupported:
                return await self.async_step_install()
            errors[CONF_ENGINE] = unsupported
        return self.async_show_form(
            step_id=step_id, data_schema=self._choices(unsupported), errors=errors
        )

    def _choices(self, unsupported: str | None) -> vol.Schema:
        """What to choose from, as it is now or by default."""
        engine = ENGINE_REMOTE if unsupported else self._data.get(CONF_ENGINE, ENGINE_LOCAL)
        language = self._data.get(CONF_LANGUAGE) or next(
            iter(language_util.matches(self.hass.config.language, LANGUAGES)), DEFAULT_LANGUAGE
        )
        schema: dict[vol.Marker, Any] = {
            vol.Required(CONF_ENGINE, default=engine): SelectSelector(
                SelectSelectorConfig(
                    options=[ENGINE_LOCAL, ENGINE_REMOTE],
                    mode=SelectSelectorMode.LIST,
                    translation_key=CONF_ENGINE,
                )
            ),
            vol.Required(CONF_LANGUAGE, default=language): LanguageSelector(
                LanguageSelectorConfig(languages=LANGUAGES, native_name=True)
            ),
        }
        if self.source != SOURCE_RECONFIGURE:
            schema |= {
                vol.Required(CONF_CREATE_PIPELINE, default=True): bool,
                vol.Required(CONF_PREFERRED_PIPELINE, default=False): bool,
            }
        return vol.Schema(schema)

    async def async_step_remote(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the other machine is, and whether an engine answers there."""
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            self._data |= user_input
            try:
                await self._async_try_engine()
            except InstallError as err:
                errors["base"], reason = err.key, err.reason
            else:
                return await self.async_step_finish()
        return self.async_show_form(
            step_id="remote",
            data_schema=self.add_suggested_values_to_schema(_REMOTE_SCHEMA, self._data),
            errors=errors,
            description_placeholders={"reason": reason},
        )

    @override
    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create or change the entry."""
        if self._data[CONF_ENGINE] == ENGINE_LOCAL:
            for key in (CONF_HOST, CONF_PORT):
                self._data.pop(key, None)
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_reload_and_abort(
                self._get_reconfigure_entry(), data=self._data
            )
        return self.async_create_entry(title=NAME, data=self._data)

    @override
    async def _async_install(self) -> None:
        """Raises InstallError."""
        await asyncio.shield(async_start_installation(self.hass, self.async_update_progress))
        await self._async_try_engine()

    async def _async_try_engine(self) -> None:
        """See that an engine answers which can hear and understand. Raises InstallError."""
        engine = make_engine(self.hass, self._data)
        try:
            await async_check_engine(engine)
        finally:
            await engine.async_stop()
