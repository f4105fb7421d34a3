"""What an engine on this machine needs: packages, a speech model, a system that can run them."""

from __future__ import annotations

import asyncio
import sys
import sysconfig
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.requirements import (
    RequirementsNotFound,
    async_clear_install_history,
    async_process_requirements,
)
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.package import is_installed

from .const import (
    CONF_CHAT_MODEL,
    CONF_SPEECH_MODEL,
    DOMAIN,
    ENGINE_REQUIREMENTS,
    NO_MODEL,
    models_folder,
)
from .engine import store
from .engine.model_files import in_words
from .hub import disk_free

SPEECH_MODEL = store.WHISPER_BASE
PACKAGES_DOWNLOAD = 100_000_000  # bytes that ENGINE_REQUIREMENTS are, about
PACKAGES_DISK = 480_000_000  # and what they take once they are unpacked

STAGE_PACKAGES = "packages"
STAGE_SPEECH_MODEL = "speech_model"
STAGE_CHAT_MODEL = "chat_model"

type Report = Callable[[str, int, int], None]
"""Told on the event loop which stage it is, and how much of how much is done: packages or bytes."""

_INSTALLATION: HassKey[_Installation] = HassKey(f"{DOMAIN}_installation")


class InstallError(HomeAssistantError):
    """What the engine needs cannot be had. Its translation key is one of the flow's errors too."""

    def __init__(self, key: str, reason: str = "", **placeholders: str) -> None:
        self.key = key
        self.reason = reason.rstrip(".")
        self.placeholders = {"reason": self.reason, **placeholders}
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=self.placeholders,
        )


def unsupported_reason() -> str | None:
    """The translation key of why no engine can run on this machine, None if one can."""
    if "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or ""):
        return "unsupported_musl"
    if sys.maxsize <= 2**32:
        return "unsupported_32_bit"
    return None


def speech_model(options: Mapping[str, Any] | None = None) -> store.Model | None:
    """The speech model that an entry with `options` needs; None if it is in a folder of its own."""
    if name := (options or {}).get(CONF_SPEECH_MODEL):
        return store.named(name, store.Purpose.SPEECH)
    return SPEECH_MODEL


def chat_model(options: Mapping[str, Any]) -> store.Model | None:
    """The chat model of the list that an entry with `options` needs, if it does."""
    return store.MODELS.get(options.get(CONF_CHAT_MODEL, NO_MODEL))


async def async_is_installed(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> bool:
    """Whether all that an engine on this machine needs is here, without a close look."""
    model = speech_model(options)
    return await hass.async_add_executor_job(_is_installed, models_folder(hass), model)


def _is_installed(folder: Path, model: store.Model | None) -> bool:
    has_model = model is None or store.is_installed(folder, model)
    return has_model and all(map(is_installed, ENGINE_REQUIREMENTS))


async def async_check_disk(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> None:
    """Raise InstallError if what is missing does not fit on the disk."""
    chat = chat_model(options or {})
    await hass.async_add_executor_job(_check_disk, models_folder(hass), speech_model(options), chat)


def _check_disk(models: Path, model: store.Model | None, chat: store.Model | None = None) -> None:
    """Raise InstallError if the packages and the models, as far as missing, do not fit."""
    # The speech model twice: packed and unpacked.
    needed = _missing(models, model, 2, PACKAGES_DISK)
    if chat:
        needed += store.space_needed(models, chat)
    if (free := disk_free(models)) < needed:
        raise InstallError("no_disk", needed=in_words(needed), free=in_words(free))


def download_size(models: Path) -> int:
    """Bytes that are still to be downloaded. Reads the disk."""
    return _missing(models, speech_model(), 1, PACKAGES_DOWNLOAD)


def _missing(models: Path, model: store.Model | None, copies: int, packages: int) -> int:
    """Bytes for `copies` of the model and for the packages, each only if it is not here."""
    if all(map(is_installed, ENGINE_REQUIREMENTS)):
        packages = 0
    if model is None or store.is_installed(models, model):
        return packages
    return model.size * copies + packages


class _Installation:
    """An installation that is under way, and who waits for it."""

    def __init__(self, hass: HomeAssistant, model: store.Model | None) -> None:
        self.model = model
        self.reports: list[Report] = []
        self.is_kept = False  # goes on although nobody waits
        self.task = hass.async_create_background_task(
            _async_install(hass, model, self._report),
            f"{DOMAIN} installation",
            eager_start=False,  # not before those who wait are noted
        )

    @callback
    def _report(self, stage: str, done: int, total: int) -> None:
        for report in self.reports:
            report(stage, done, total)


@callback
def _async_join_installation(hass: HomeAssistant, model: store.Model | None) -> _Installation:
    """The installation that is under way, or a new one."""
    installation = hass.data.get(_INSTALLATION)
    if installation is None or installation.task.done() or installation.model != model:
        installation = hass.data[_INSTALLATION] = _Installation(hass, model)
    return installation


@callback
def async_start_installation(
    hass: HomeAssistant, options: Mapping[str, Any] | None = None
) -> asyncio.Task[bool]:
    """Install in the background what is missing; joins an installation that is under way.

    The task tells whether anything was downloaded, or raises InstallError.
    """
    installation = _async_join_installation(hass, speech_model(options))
    installation.is_kept = True
    return installation.task


async def async_install(
    hass: HomeAssistant, report: Report, options: Mapping[str, Any] | None = None
) -> None:
    """Install what is missing. Raises InstallError.

    Cancelling this ends the installation, unless somebody else needs it. What was downloaded
    is kept for the next one.
    """
    installation = _async_join_installation(hass, speech_model(options))
    installation.reports.append(report)
    try:
        await asyncio.shield(installation.task)
    finally:
        installation.reports.remove(report)
        if not installation.reports and not installation.is_kept:
            installation.task.cancel()
            # What it leaves undone ends by itself; a new installation waits for its locks.
            if hass.data.get(_INSTALLATION) is installation:
                del hass.data[_INSTALLATION]


async def _async_install(hass: HomeAssistant, model: store.Model | None, report: Report) -> bool:
    if key := unsupported_reason():
        raise InstallError(key)
    await hass.async_add_executor_job(_check_disk, models_folder(hass), model)
    await _async_install_packages(hass, report)
    if model is None:
        return False
    downloaded = False

    def note(done: int, total: int) -> None:
        nonlocal downloaded
        downloaded = True
        report(STAGE_SPEECH_MODEL, done, total)

    try:
        await async_run(hass, partial(store.install, models_folder(hass), model), note)
    except store.ModelError as err:
        raise InstallError(err.key, err.detail) from err
    return downloaded


async def _async_install_packages(hass: HomeAssistant, report: Report) -> None:
    """Install what ENGINE_REQUIREMENTS lack, one after the other. Raises InstallError."""
    for number, requirement in enumerate(ENGINE_REQUIREMENTS):
        if not await hass.async_add_executor_job(is_installed, requirement):
            report(STAGE_PACKAGES, number, len(ENGINE_REQUIREMENTS))
        installing = hass.async_create_task(
            async_process_requirements(hass, DOMAIN, [requirement], is_built_in=False)
        )
        try:
            # pip cannot be stopped midway: shielded, it keeps Home Assistant's lock to its end.
            await asyncio.shield(installing)
        except RequirementsNotFound as err:
            async_clear_install_history(hass)  # or it would not even try again before a restart
            raise InstallError("requirements_failed", ", ".join(err.requirements)) from err


async def async_run[T](
    hass: HomeAssistant, job: Callable[[store.Progress], T], progress: store.Progress
) -> T:
    """What the blocking `job` returns. Cancelling this stops it when it next tells its progress."""
    is_stopped = threading.Event()

    def report(done: int, total: int) -> None:
        if is_stopped.is_set():
            raise store.Cancelled
        hass.loop.call_soon_threadsafe(progress, done, total)

    try:
        result = await hass.async_add_executor_job(job, report)
        await asyncio.sleep(0)  # a quick job ends before its reports have come
        return result
    finally:
        is_stopped.set()
