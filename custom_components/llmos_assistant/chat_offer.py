"""The steps of the config flow for the chat model: getting it, and going on without it."""

from __future__ import annotations

from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult

from .const import CONF_CHAT_MODEL, NO_MODEL
from .engine.store import Purpose
from .home.speech import async_get_speaker
from .install import async_check_disk, chat_model
from .install_steps import InstallSteps
from .models import Choice, check_memory


class ChatOffer(InstallSteps):
    """A flow that can get a chat model when all else is there, and need not have one."""

    _data: dict[str, Any]
    _chat_chosen: str | None = None  # nothing before the form was submitted
    _chat_options: dict[str, Any] | None = None  # of the new entry, if its engine is here
    _is_ready = False  # but for the chat model

    async def _async_check_room(self) -> None:
        """Raise InstallError if the chat model that was chosen does not fit here."""
        self._chat_options = {CONF_CHAT_MODEL: self._chat_chosen or NO_MODEL}
        if model := chat_model(self._chat_options):
            check_memory(model)
        await async_check_disk(self.hass, self._chat_options)

    async def _async_get_chat(self) -> None:
        """Get the chat model that was chosen, if any. Raises InstallError."""
        if model := chat_model(self._chat_options or {}):
            choice = Choice(model, Purpose.CHAT)
            self._chat_options = await self._async_get_and_try(choice, self._data, {})

    @override
    async def async_step_install_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what went wrong; if that is only the chat model, offer to go on without."""
        if self._is_ready:
            return await self.async_step_chat_failed()
        return await super().async_step_install_failed(user_input)

    async def async_step_chat_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say why there is no chat model, and ask whether to try again."""
        assert self._error is not None
        speaker = await async_get_speaker(self.hass, self.hass.config.language)
        return self.async_show_menu(
            step_id="chat_failed",
            menu_options=["install", "without_chat"],
            description_placeholders={
                "reason": speaker.phrase(self._error.key, **self._error.placeholders)
            },
        )

    async def async_step_without_chat(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go on without a chat model."""
        self._chat_options = {CONF_CHAT_MODEL: NO_MODEL}
        return await self.async_step_finish()

    async def _async_chat_speed(self) -> str:
        """How fast the chat model was when it was tried, in words; nothing if there is none."""
        if self._words is None:
            return ""
        speaker = await async_get_speaker(self.hass, self.hass.config.language)
        return speaker.phrase("chat_speed", words=f"{self._words:.1f}")
