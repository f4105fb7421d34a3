"""What flows share: getting something with progress, trying models, and trying again if that failed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult
from homeassistant.core import callback

from .const import CONF_CHAT_MODEL, CONF_SECONDS, CONF_SPEECH_MODEL, CONF_WORDS
from .engine.model_files import in_words
from .engine.store import Purpose
from .install import STAGE_PACKAGES, InstallError
from .models import Choice, async_get_model, async_try_chat, async_try_speech

OPTIONS = {
    Purpose.SPEECH: CONF_SPEECH_MODEL,
    Purpose.CHAT: CONF_CHAT_MODEL,
}
"""The option that tells which model is used for a purpose."""

_TEXT_INTERVAL = 1.0  # seconds between two texts; the bar moves with every report


class InstallSteps(ConfigEntryBaseFlow):
    """A flow that gets something, then goes on with its step `finish`."""

    _task: asyncio.Task[None] | None = None
    _error: InstallError | None = None
    _stage = "install"
    _amounts: dict[str, str] | None = None
    _percent = -1
    _next_text = 0.0  # monotonic seconds
    _words: float | None = None  # a second, of a chat model that was tried

    async def _async_install(self) -> None:
        """Get it. Raises InstallError."""
        raise NotImplementedError

    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """What comes after it."""
        raise NotImplementedError

    @callback
    def _async_report(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is: `stage` is the translation key of the text."""
        if not self._task or self._task.done():
            return  # a report that was on its way when the task ended or was cancelled
        percent = min(done * 100 // total, 100)
        if (stage, percent) != (self._stage, self._percent):
            self._percent = percent
            self.async_update_progress(percent / 100)
        if stage == self._stage and time.monotonic() < self._next_text:
            return
        amount = str if stage == STAGE_PACKAGES else in_words
        self._async_show_stage(stage, {"done": amount(done), "total": amount(total)})

    @callback
    def _async_show_stage(self, stage: str, amounts: dict[str, str] | None = None) -> None:
        """Have the dialog fetch a new text."""
        self._stage, self._amounts = stage, amounts
        self._next_text = time.monotonic() + _TEXT_INTERVAL
        self.async_notify_flow_changed()

    async def _async_get_and_try(
        self, choice: Choice, data: Mapping[str, Any], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Get a model and try it on this machine, with progress. Raises InstallError.

        Returns what changes in an entry's `options` so that it is used and its speed known.
        """

        def report(done: int, total: int) -> None:
            self._async_report(*_stage(choice, done, total))

        name = await async_get_model(self.hass, choice, report)
        self._async_show_stage("trying")
        if choice.purpose is Purpose.SPEECH:
            noted, result = CONF_SECONDS, await async_try_speech(self.hass, data, name)
        else:
            noted, result = CONF_WORDS, await async_try_chat(self.hass, data, name)
            self._words = round(result, 2)
        measured = {**options.get(noted, {}), name: round(result, 2)}
        return {OPTIONS[choice.purpose]: name, noted: measured}

    async def async_step_install(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Get it, with progress. Closing the dialog cancels the task."""
        if self._task is None:
            self._stage, self._amounts, self._percent = "install", None, -1
            self._task = self.hass.async_create_task(self._async_install(), eager_start=False)
        if not self._task.done():
            return self.async_show_progress(
                step_id="install",
                progress_action=self._stage,
                description_placeholders=self._amounts,
                progress_task=self._task,
            )
        task, self._task = self._task, None
        try:
            await task
        except InstallError as err:
            self._error = err
            return self.async_show_progress_done(next_step_id="install_failed")
        return self.async_show_progress_done(next_step_id="finish")

    async def async_step_install_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what went wrong; submitting tries again."""
        if user_input is not None:
            return await self.async_step_install()
        assert self._error is not None
        return self.async_show_form(
            step_id="install_failed",
            data_schema=vol.Schema({}),
            errors={"base": self._error.key},
            description_placeholders=self._error.placeholders,
        )


def _stage(choice: Choice, done: int, total: int) -> tuple[str, int, int]:
    """What is being done, and how much of how much. A GGUF file's second half is converting it."""
    if not choice.is_gguf:
        return "download", done, total
    if isinstance(choice.source, Path):
        return "conversion", done, total
    half = total // 2
    return ("download", done, half) if done <= half else ("conversion", done - half, half)
