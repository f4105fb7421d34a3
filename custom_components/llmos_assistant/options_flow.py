"""Options: which chat model answers what is not about the home, if any."""

from __future__ import annotations

from pathlib import Path
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import CONF_CHAT_MODEL, CONF_ENGINE, CONF_PATH, ENGINE_REMOTE, NO_MODEL, OWN_MODEL
from .engine import store
from .install import async_install_chat_model
from .install_steps import InstallSteps


class LlmosOptionsFlow(InstallSteps, OptionsFlow):
    """Choose a chat model, get it, and use it."""

    def __init__(self) -> None:
        self._model = NO_MODEL

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which model, with what each costs."""
        if self.config_entry.data[CONF_ENGINE] == ENGINE_REMOTE:
            return self.async_abort(reason="remote_engine")
        if user_input is not None:
            if user_input[CONF_CHAT_MODEL] == OWN_MODEL:
                return await self.async_step_own()
            self._model = user_input[CONF_CHAT_MODEL]
            if self._model == NO_MODEL:
                return await self.async_step_finish()
            return await self.async_step_install()
        current = self.config_entry.options.get(CONF_CHAT_MODEL, NO_MODEL)
        known = current in (NO_MODEL, *(model.name for model in store.CHAT_MODELS))
        schema = vol.Schema(
            {
                vol.Required(CONF_CHAT_MODEL, default=current if known else OWN_MODEL): _choices(),
            }
        )
        return self.async_show_form(step_id="init", data_schema=schema)

    async def async_step_own(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the user's own model is: a converted folder, or a GGUF file."""
        errors: dict[str, str] = {}
        if user_input is not None:
            path = Path(user_input[CONF_PATH].strip())
            if await self.hass.async_add_executor_job(path.exists):
                self._model = str(path)
                return await self.async_step_install()
            errors[CONF_PATH] = "no_such_path"
        current = self.config_entry.options.get(CONF_CHAT_MODEL, "")
        schema = vol.Schema({vol.Required(CONF_PATH): TextSelector()})
        suggested = {CONF_PATH: current if "/" in current else ""} | (user_input or {})
        return self.async_show_form(
            step_id="own",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    @override
    async def _async_install(self) -> None:
        self._model = await async_install_chat_model(
            self.hass, self._model, self.async_update_progress
        )

    @override
    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Use the model: the entry is loaded again."""
        options = {**self.config_entry.options, CONF_CHAT_MODEL: self._model}
        return self.async_create_entry(data=options)


def _choices() -> SelectSelector:
    """The models of the store, by what they cost."""
    options = [
        SelectOptionDict(value=name, label=name)
        for name in (NO_MODEL, *(model.name for model in store.CHAT_MODELS), OWN_MODEL)
    ]
    return SelectSelector(
        SelectSelectorConfig(
            options=options, mode=SelectSelectorMode.LIST, translation_key=CONF_CHAT_MODEL
        )
    )
