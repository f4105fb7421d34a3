"""Ways to repair what is wrong, offered where the issues are shown."""

from __future__ import annotations

import asyncio
from typing import Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from . import issues
from .const import DOMAIN
from .engines import async_change_entry, async_check_engine, make_engine
from .flow_forms import ADDRESS_SCHEMA
from .install import InstallError
from .models import async_install_all
from .pipeline import async_add_pipeline
from .reasons import async_worded

type _Input = dict[str, Any] | None

_NO_FIELDS = vol.Schema({})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The flow that repairs an issue."""
    (entry,) = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    return _FLOWS[issue_id](entry)


class _FixFlow(RepairsFlow):
    """A flow that explains, and repairs when that is submitted."""

    def __init__(self, entry: ConfigEntry) -> None:
        self._entry = entry
        self._error: tuple[str, str] | None = None  # its key in the translations, the reason

    async def async_step_init(self, user_input: _Input = None) -> RepairsFlowResult:
        """Explain."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: _Input = None) -> RepairsFlowResult:
        """Explain; when submitted, repair."""
        if user_input is None:
            return self._explain("confirm")
        return await self._async_repair()

    async def _async_repair(self) -> RepairsFlowResult:
        raise NotImplementedError

    def _explain(self, step_id: str, fields: vol.Schema = _NO_FIELDS) -> RepairsFlowResult:
        """A form with what is wrong, and what went wrong while repairing it."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        placeholders = dict((issue and issue.translation_placeholders) or {})
        errors = {}
        if self._error:
            errors["base"], placeholders["reason"] = self._error
        return self.async_show_form(
            step_id=step_id,
            data_schema=fields,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_restart(self) -> bool:
        """Load the entry anew, and with it the engine. Whether that is so well as it should be."""
        await self.hass.config_entries.async_reload(self._entry.entry_id)
        if self._entry.state is ConfigEntryState.LOADED:
            return True
        reason = (self._entry.reason or "").rstrip(".")
        if key := self._entry.error_reason_translation_key:
            details = self._entry.error_reason_translation_placeholders or {}
            reason = async_worded(self.hass, key, details)
        self._error = "still_failing", reason
        return False


class RestartFlow(_FixFlow):
    """Starts the engine again, at once."""

    async def _async_repair(self) -> RepairsFlowResult:
        if await self._async_restart():
            return self.async_create_entry(data={})
        return self._explain("confirm")


class DownloadFlow(_FixFlow):
    """Downloads what is missing or damaged, with progress, then starts the engine."""

    _task: asyncio.Task[None] | None = None

    async def _async_repair(self) -> RepairsFlowResult:
        return await self.async_step_install()

    async def async_step_install(self, user_input: _Input = None) -> RepairsFlowResult:
        """Download."""
        if self._task is None:
            self._error = None
            self._task = self.hass.async_create_task(self._async_install(), eager_start=False)
        if not self._task.done():
            return self.async_show_progress(
                step_id="install", progress_action="install", progress_task=self._task
            )
        task, self._task = self._task, None
        try:
            await task
        except InstallError as err:
            self._error = "model_failed", async_worded(self.hass, err.key, err.placeholders)
            return self.async_show_progress_done(next_step_id="failed")
        return self.async_show_progress_done(next_step_id="restart")

    async def async_step_failed(self, user_input: _Input = None) -> RepairsFlowResult:
        """Say what went wrong; submitting tries again."""
        if user_input is not None:
            return await self.async_step_install()
        return self._explain("failed")

    async def async_step_restart(self, user_input: _Input = None) -> RepairsFlowResult:
        """Use what was downloaded."""
        if await self._async_restart():
            return self.async_create_entry(data={})
        return self._explain("failed")

    async def _async_install(self) -> None:
        """Get the packages and all models that the entry uses. Raises InstallError."""
        await async_install_all(self.hass, self._report, self._entry.options)

    @callback
    def _report(self, stage: str, done: int, total: int) -> None:
        self.async_update_progress(min(done / total, 1.0))


class ReconnectFlow(_FixFlow):
    """Looks for the engine where it is said to be, and uses it from there."""

    async def async_step_confirm(self, user_input: _Input = None) -> RepairsFlowResult:
        """Ask where it is."""
        data = {**self._entry.data, **(user_input or {})}
        if user_input is not None:
            try:
                await async_check_engine(self.hass, make_engine(self.hass, data))
            except InstallError as err:
                reason = async_worded(self.hass, err.key, err.placeholders)
                self._error = "still_failing", reason
            else:
                async_change_entry(self.hass, self._entry, data=data)
                return self.async_create_entry(data={})
        return self._explain("confirm", self.add_suggested_values_to_schema(ADDRESS_SCHEMA, data))


class PipelineFlow(_FixFlow):
    """Creates a voice assistant that uses the integration."""

    async def _async_repair(self) -> RepairsFlowResult:
        await async_add_pipeline(self.hass, self._entry)
        return self.async_create_entry(data={})


_FLOWS: dict[str, type[_FixFlow]] = {
    issues.INCOMPLETE: DownloadFlow,
    issues.UNREACHABLE: ReconnectFlow,
    issues.KEEPS_FAILING: RestartFlow,
    issues.NO_MEMORY: RestartFlow,
    issues.NO_PIPELINE: PipelineFlow,
}
