"""The steps that flows share: getting something with progress, and trying again if that failed."""

from __future__ import annotations

import asyncio
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult

from .install import InstallError


class InstallSteps(ConfigEntryBaseFlow):
    """A flow that gets something, then goes on with its step `finish`."""

    _task: asyncio.Task[None] | None = None
    _error: InstallError | None = None

    async def _async_install(self) -> None:
        """Get it. Raises InstallError."""
        raise NotImplementedError

    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """What comes after it."""
        raise NotImplementedError

    async def async_step_install(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Get it, with progress."""
        if self._task is None:
            self._task = self.hass.async_create_task(self._async_install(), eager_start=False)
        if not self._task.done():
            return self.async_show_progress(
                step_id="install", progress_action="install", progress_task=self._task
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
            description_placeholders={"reason": self._error.reason},
        )
