"""Assistants and tasks beside the entry's own: each with its name and its own instructions."""

from __future__ import annotations

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_LANGUAGE, CONF_LLM_HASS_API, CONF_NAME, CONF_PROMPT
from homeassistant.helpers import llm
from homeassistant.helpers.selector import (
    BooleanSelector,
    LanguageSelector,
    LanguageSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)

from .const import CONF_CHAT_MODEL, CONF_CONTROL, SUBENTRY_ASSISTANT
from .engine.protocol import EngineInfo
from .engine_client import EngineError

MAX_PROMPT_LENGTH = 2000  # characters; a small hub takes long to read more

_TASK_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Optional(CONF_PROMPT): TextSelector(TextSelectorConfig(multiline=True)),
    }
)
_ASSISTANT_SCHEMA = _TASK_SCHEMA.extend(
    {
        vol.Optional(CONF_LANGUAGE): LanguageSelector(LanguageSelectorConfig(native_name=True)),
        vol.Required(CONF_CONTROL, default=True): BooleanSelector(),
    }
)


class LlmosSubentryFlow(ConfigSubentryFlow):
    """Adds an assistant or a task, or changes it."""

    async def async_step_set_options(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything at once."""
        errors: dict[str, str] = {}
        info = await self._async_engine_info()
        if user_input is not None:
            data = _tidy(user_input)
            errors = _errors(data, info)
            if not errors:
                return self._finish(data.pop(CONF_NAME), data)
        elif self.source != SOURCE_USER:
            subentry = self._get_reconfigure_subentry()
            user_input = {CONF_NAME: subentry.title, **subentry.data}
        schema = self._schema(info, (user_input or {}).get(CONF_CHAT_MODEL))
        return self.async_show_form(
            step_id="set_options",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"limit": str(MAX_PROMPT_LENGTH)},
        )

    async_step_user = async_step_set_options
    async_step_reconfigure = async_step_set_options

    async def _async_engine_info(self) -> EngineInfo:
        """What the engine has; nothing if it does not answer."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return EngineInfo()
        try:
            info: EngineInfo = await entry.runtime_data.engine.info()
        except EngineError:
            return EngineInfo()
        return info

    def _schema(self, info: EngineInfo, chosen: str | None) -> vol.Schema:
        """The form: only models that are here can be chosen, or the one that was chosen before."""
        is_assistant = self._subentry_type == SUBENTRY_ASSISTANT
        schema = _ASSISTANT_SCHEMA if is_assistant else _TASK_SCHEMA
        models = dict.fromkeys([*(model.name for model in info.chat_models), chosen])
        names = [name for name in models if name]
        if names:
            schema = schema.extend(
                {
                    vol.Optional(CONF_CHAT_MODEL): SelectSelector(
                        SelectSelectorConfig(options=names, mode=SelectSelectorMode.DROPDOWN)
                    )
                }
            )
        apis = [SelectOptionDict(label=a.name, value=a.id) for a in llm.async_get_apis(self.hass)]
        if is_assistant and apis:
            selector = SelectSelector(SelectSelectorConfig(options=apis, multiple=True))
            schema = schema.extend({vol.Optional(CONF_LLM_HASS_API): selector})
        return schema

    def _finish(self, name: str, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source == SOURCE_USER:
            return self.async_create_entry(title=name, data=data)
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), title=name, data=data
        )


def _tidy(user_input: dict[str, Any]) -> dict[str, Any]:
    """What was entered, without spaces around it and without what is empty then."""
    stripped = {k: v.strip() if isinstance(v, str) else v for k, v in user_input.items()}
    return {key: value for key, value in stripped.items() if value not in ("", [])}


def _errors(data: dict[str, Any], info: EngineInfo) -> dict[str, str]:
    if CONF_NAME not in data:
        return {CONF_NAME: "no_name"}
    if len(data.get(CONF_PROMPT, "")) > MAX_PROMPT_LENGTH:
        return {CONF_PROMPT: "prompt_too_long"}
    model = info.chat_model(data.get(CONF_CHAT_MODEL, ""))
    if data.get(CONF_LLM_HASS_API) and model and not model.has_tools:
        return {CONF_LLM_HASS_API: "no_tools"}
    return {}
