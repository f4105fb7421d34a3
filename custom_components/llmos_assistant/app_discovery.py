"""The steps of the config flow for an engine that runs as an app of Home Assistant OS."""

from __future__ import annotations

import logging
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_LANGUAGE, CONF_PORT
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from homeassistant.util import language as language_util

from .const import (
    CONF_CREATE_PIPELINE,
    CONF_ENGINE,
    CONF_PREFERRED_PIPELINE,
    DEFAULT_LANGUAGE,
    ENGINE_REMOTE,
    SPEECH_LANGUAGES,
)
from .install import InstallError

_LOGGER = logging.getLogger(__name__)


class AppDiscovery(ConfigFlow):
    """A flow that the Supervisor can begin, and that goes on with its step `finish`."""

    _data: dict[str, Any]
    _engine_name: str | None = None  # the entry's unique id
    _app: str  # as the user sees it

    async def _async_try_engine(self) -> None:
        """See that the engine that `_data` tells of can do its work. Raises InstallError."""
        raise NotImplementedError

    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create the entry."""
        raise NotImplementedError

    async def async_step_hassio(self, discovery_info: HassioServiceInfo) -> ConfigFlowResult:
        """Offer the engine of an app, with the choices that fit most homes."""
        _LOGGER.debug("The Supervisor tells of an engine: %s", discovery_info)
        address = {key: discovery_info.config[key] for key in (CONF_HOST, CONF_PORT)}
        # The Supervisor removes the entry of an app by this id when the app is removed.
        await self.async_set_unique_id(discovery_info.uuid)
        self._abort_if_unique_id_configured(address)
        if self._async_current_entries(include_ignore=False):
            return self.async_abort(reason="single_instance_allowed")
        languages = language_util.matches(self.hass.config.language, SPEECH_LANGUAGES)
        self._data = {
            CONF_ENGINE: ENGINE_REMOTE,
            **address,
            CONF_LANGUAGE: next(iter(languages), DEFAULT_LANGUAGE),
            CONF_CREATE_PIPELINE: True,
            CONF_PREFERRED_PIPELINE: False,
        }
        self._engine_name = discovery_info.uuid
        self._app = discovery_info.name
        self.context.update(
            {
                "title_placeholders": {"name": self._app},
                "configuration_url": f"homeassistant://hassio/addon/{discovery_info.slug}/info",
            }
        )
        return await self.async_step_hassio_confirm()

    async def async_step_hassio_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether to use it."""
        errors: dict[str, str] = {}
        placeholders = {"app": self._app, "reason": ""}
        if user_input is not None:
            try:
                await self._async_try_engine()
            except InstallError as err:
                errors = {"base": err.key}
                placeholders |= err.translation_placeholders or {}
            else:
                return await self.async_step_finish()
        return self.async_show_form(
            step_id="hassio_confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders=placeholders,
        )
