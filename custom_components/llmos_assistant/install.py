"""What an engine on this machine needs: packages, a speech model, a system that can run them."""

from __future__ import annotations

import asyncio
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.requirements import (
    RequirementsNotFound,
    async_clear_install_history,
    async_process_requirements,
)
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.package import is_installed

from .const import DOMAIN, ENGINE_REQUIREMENTS, models_folder
from .engine import store
from .engine.conversion import ConversionError, convert

SPEECH_MODEL = store.WHISPER_BASE

type Progress = Callable[[float], None]
"""Told the fraction that is done, on the event loop."""

_INSTALLATION: HassKey[asyncio.Task[bool]] = HassKey(f"{DOMAIN}_installation")


class InstallError(HomeAssistantError):
    """What the engine needs cannot be had. Its translation key is one of the flow's errors too."""

    def __init__(self, key: str, reason: str = "") -> None:
        self.key = key
        self.reason = reason.rstrip(".")
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"reason": self.reason},
        )


def unsupported_reason() -> str | None:
    """The translation key of why no engine can run on this machine, None if one can."""
    if "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or ""):
        return "unsupported_musl"
    if sys.maxsize <= 2**32:
        return "unsupported_32_bit"
    return None


async def async_is_installed(hass: HomeAssistant) -> bool:
    """Whether all that an engine on this machine needs is here, without a close look."""
    folder = models_folder(hass)
    return await hass.async_add_executor_job(_is_installed, folder)


def _is_installed(folder: Path) -> bool:
    return store.is_installed(folder, SPEECH_MODEL) and all(map(is_installed, ENGINE_REQUIREMENTS))


@callback
def async_start_installation(
    hass: HomeAssistant, progress: Progress | None = None
) -> asyncio.Task[bool]:
    """Install in the background what is missing; joins an installation that is under way.

    The task tells whether anything was downloaded, or raises InstallError.
    """
    task = hass.data.get(_INSTALLATION)
    if task is None or task.done():
        task = hass.data[_INSTALLATION] = hass.async_create_background_task(
            _async_install(hass, progress or (lambda fraction: None)), f"{DOMAIN} installation"
        )
    return task


async def async_install_chat_model(hass: HomeAssistant, model: str, progress: Progress) -> str:
    """Get a chat model: one of the store by its name, or the user's own by its path.

    Returns the name or the folder that the engine takes. Raises InstallError.
    """
    loop = hass.loop

    def report(done: int, total: int) -> None:
        loop.call_soon_threadsafe(progress, min(done / total, 1.0))

    try:
        return await hass.async_add_executor_job(
            _install_chat_model, models_folder(hass), model, report
        )
    except store.ModelError as err:
        raise InstallError("model_failed", str(err)) from err


def _install_chat_model(models: Path, model: str, report: store.Progress) -> str:
    if model in store.MODELS:
        store.install(models, store.MODELS[model], report)
        return model
    path = Path(model)
    if path.suffix == ".gguf":
        try:
            return convert(path, models, lambda part: report(round(part * 100), 100)).name
        except ConversionError as err:
            raise store.ModelError(f"Cannot convert {path}: {err}") from err
    if not (path / "model.bin").is_file():
        raise store.ModelError(f"There is no converted model in {path}: it has no file model.bin")
    return str(path)


async def _async_install(hass: HomeAssistant, progress: Progress) -> bool:
    if key := unsupported_reason():
        raise InstallError(key)
    try:
        await async_process_requirements(hass, DOMAIN, ENGINE_REQUIREMENTS, is_built_in=False)
    except RequirementsNotFound as err:
        async_clear_install_history(hass)  # or it would not even try again before a restart
        raise InstallError("requirements_failed", ", ".join(err.requirements)) from err
    downloaded = False

    def report(done: int, total: int) -> None:
        nonlocal downloaded
        downloaded = True
        hass.loop.call_soon_threadsafe(progress, min(done / total, 1.0))

    try:
        await hass.async_add_executor_job(store.install, models_folder(hass), SPEECH_MODEL, report)
    except store.ModelError as err:
        raise InstallError("model_failed", str(err)) from err
    return downloaded
