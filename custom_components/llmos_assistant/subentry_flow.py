"""Assistants and tasks beside the entry's own: each with its name and its own instructions."""

from __future__ import annotations

from typing import Any

import voluptuous as vol
from homeassistant.config_entries import SOURCE_USER, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_LANGUAGE, CONF_NAME, CONF_PROMPT
from homeassistant.helpers.selector import (
    BooleanSelector,
    LanguageSelector,
    LanguageSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)

from .const import CONF_CONTROL, SUBENTRY_ASSISTANT

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
        if user_input is not None:
            data = _tidy(user_input)
            errors = _errors(data)
            if not errors:
                return self._finish(data.pop(CONF_NAME), data)
        elif self.source != SOURCE_USER:
            subentry = self._get_reconfigure_subentry()
            user_input = {CONF_NAME: subentry.title, **subentry.data}
        is_assistant = self._subentry_type == SUBENTRY_ASSISTANT
        schema = _ASSISTANT_SCHEMA if is_assistant else _TASK_SCHEMA
        return self.async_show_form(
            step_id="set_options",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders={"limit": str(MAX_PROMPT_LENGTH)},
        )

    async_step_user = async_step_set_options
    async_step_reconfigure = async_step_set_options

    def _finish(self, name: str, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source == SOURCE_USER:
            return self.async_create_entry(title=name, data=data)
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), title=name, data=data
        )


def _tidy(user_input: dict[str, Any]) -> dict[str, Any]:
    """What was entered, without spaces around it and without what is empty then."""
    stripped = {k: v.strip() if isinstance(v, str) else v for k, v in user_input.items()}
    return {key: value for key, value in stripped.items() if value != ""}


def _errors(data: dict[str, Any]) -> dict[str, str]:
    if CONF_NAME not in data:
        return {CONF_NAME: "no_name"}
    if len(data.get(CONF_PROMPT, "")) > MAX_PROMPT_LENGTH:
        return {CONF_PROMPT: "prompt_too_long"}
    return {}
