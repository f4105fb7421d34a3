"""A clock that is set to when a sentence is said, and goes on from there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import freezegun
from homeassistant.core import HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component import patch_time

_COMMAND = "timer assist command"  # Home Assistant's name for what a timer carries out
_COMMAND_SECONDS = 5.0  # that it may take
_ROUNDS = 5


class Clock:
    """The time that Home Assistant sees. Python's event loop keeps to the real one."""

    def __init__(self, frozen: Any) -> None:
        self._frozen = frozen

    @classmethod
    @contextmanager
    def stopped(cls) -> Iterator[Clock]:
        """Take the time over."""
        _teach_freezegun()
        freezer = freezegun.freeze_time(tick=True, real_asyncio=True, ignore=["tqdm"])
        with freezer as frozen:
            yield cls(frozen)

    def set(self, when: datetime) -> None:
        """It is `when`."""
        self._frozen.move_to(when)

    async def advance(self, hass: HomeAssistant, delta: timedelta) -> None:
        """Let so much time pass for all that waits in `hass`."""
        self._frozen.tick(delta)
        # All by as much, so what waits stays in order.
        for handle in get_scheduled_timer_handles(hass.loop):
            handle._when -= delta.total_seconds()  # type: ignore[attr-defined]
        await settle(hass)


@contextmanager
def real_time(loop: Any) -> Iterator[None]:
    """Keep the loop to the real time also where Home Assistant has given it a clock of its own."""
    own = vars(loop).get("time")
    loop.time = freezegun.api.real_monotonic
    try:
        yield
    finally:
        del loop.time
        if own is not None:
            loop.time = own


async def settle(hass: HomeAssistant) -> None:
    """Wait until nothing is going on but timers that tick."""
    await hass.async_block_till_done()
    for _ in range(_ROUNDS):  # what has become due, and what that starts
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        commands = {
            task
            for task in hass._background_tasks
            if isinstance(task, asyncio.Task) and task.get_name() == _COMMAND
        }
        if commands:
            await asyncio.wait(commands, timeout=_COMMAND_SECONDS)
        await hass.async_block_till_done()
        if not commands:
            break


def _teach_freezegun() -> None:
    """What pytest_homeassistant_custom_component does before each test."""
    api: Any = freezegun.api
    api.FakeDate = patch_time.HAFakeDate
    api.FakeDatetime = patch_time.HAFakeDatetime
    api.datetime_to_fakedatetime = patch_time.ha_datetime_to_fakedatetime
    api._get_module_attributes = patch_time.ha_get_module_attributes
    api._get_module_attributes_hash = patch_time.ha_get_module_attributes_hash
    api._should_use_real_time = patch_time.ha_should_use_real_time
    api.get_current_time = patch_time.ha_get_current_time
