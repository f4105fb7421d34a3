"""A home in Home Assistant: looking at it, and putting it back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.components.intent.const import TIMER_DATA
from homeassistant.components.intent.timers import TimerManager
from homeassistant.core import Context, HomeAssistant

from ..files import SHOPPING_LIST, HomeFile
from . import agenda, climate, media, moving, switching, things
from .base import Virtual
from .clock import Clock, settle

KINDS: Mapping[str, type[Virtual]] = {
    "alarm_control_panel": things.Alarm,
    "automation": switching.Automation,
    "binary_sensor": things.BinarySensor,
    "button": things.Button,
    "calendar": agenda.Calendar,
    "climate": climate.Climate,
    "cover": moving.Cover,
    "fan": switching.Fan,
    "humidifier": switching.Humidifier,
    "input_boolean": switching.OnOff,
    "input_number": things.InputNumber,
    "input_select": things.Select,
    "lawn_mower": moving.LawnMower,
    "light": switching.Light,
    "lock": moving.Lock,
    "media_player": media.MediaPlayer,
    "number": things.Number,
    "person": things.Person,
    "scene": things.Scene,
    "script": things.Script,
    "select": things.Select,
    "sensor": things.Sensor,
    "siren": switching.Siren,
    "switch": switching.OnOff,
    "todo": agenda.Todo,
    "vacuum": moving.Vacuum,
    "valve": moving.Valve,
    "water_heater": climate.WaterHeater,
    "weather": climate.Weather,
}
_WITHOUT_STATE = {"scene", "script", "button", "todo", "calendar"}  # only when, or how many
_BEFORE = timedelta(hours=1)  # how long before all else, or before now, everything was set up


@dataclass(frozen=True)
class Timer:
    """A timer that was started."""

    seconds: int
    name: str | None
    command: str | None


@dataclass(frozen=True)
class Snapshot:
    """How everything was at one moment, in README.md's words, and all events until then."""

    things: Mapping[str, Mapping[str, Any]]
    events: Mapping[str, tuple[tuple[str, Any], ...]]
    timers: Mapping[str, Timer]


@dataclass
class House:
    """A home that is set up, whose area ids are found by home.yaml's keys.

    `latest`: when things that have a history came to be as they are, and what did it.
    """

    hass: HomeAssistant
    file: HomeFile
    clock: Clock
    area_ids: dict[str, str] = field(default_factory=dict)
    entities: dict[str, Virtual] = field(default_factory=dict)
    satellites: dict[str, media.Satellite] = field(default_factory=dict)
    device_ids: dict[str, str] = field(default_factory=dict)
    latest: dict[str, tuple[datetime, Context]] = field(default_factory=dict)
    shopping: Any = None

    @property
    def now(self) -> datetime:
        """When everything is said."""
        return self.local(self.file.now)

    @property
    def set_up(self) -> datetime:
        """Since when the things are there."""
        history = self.file.history
        return (self.local(history[0].when) if history else self.now) - _BEFORE

    def local(self, when: datetime) -> datetime:
        """A time of home.yaml."""
        return when.replace(tzinfo=ZoneInfo(self.file.time_zone))

    @property
    def timers(self) -> TimerManager:
        """What keeps the timers."""
        manager: TimerManager = self.hass.data[TIMER_DATA]
        return manager

    async def reset(self) -> None:
        """Put everything back as home.yaml has it."""
        await settle(self.hass)
        for timer in list(self.timers.timers.values()):
            if timer.is_active:
                self.timers.timer_tasks.pop(timer.id).cancel()
        self.timers.timers.clear()
        for entity in (*self.entities.values(), *self.satellites.values()):
            when, context = self.latest.get(entity.entity_id, (self.set_up, None))
            self.clock.set(when)
            if context is not None:
                entity.async_set_context(context)
            entity.reset()
        if self.shopping is not None:
            self._stock_shopping_list()
        await settle(self.hass)
        self.clock.set(self.now)
        for entity in self.entities.values():
            if isinstance(entity, agenda.Calendar):
                entity.async_write_ha_state()  # what is on, or next, by now

    def start_timer(self, timer: Mapping[str, Any]) -> None:
        """Start a timer as README.md writes it."""
        self.timers.start_timer(
            self.device_ids[timer["from"]],
            timer.get("hours"),
            timer.get("minutes"),
            timer.get("seconds"),
            "en",
            name=timer.get("name"),
        )

    def snapshot(self) -> Snapshot:
        """How everything is."""
        lists = {SHOPPING_LIST: self._on_shopping_list()} if self.shopping is not None else {}
        return Snapshot(
            {**{key: self._look_at(entity) for key, entity in self.entities.items()}, **lists},
            {
                entity.entity_id: tuple(entity.events)
                for entity in (*self.entities.values(), *self.satellites.values())
            },
            {
                timer.id: Timer(timer.created_seconds, timer.name, timer.conversation_command)
                for timer in self.timers.timers.values()
            },
        )

    def _look_at(self, entity: Virtual) -> dict[str, Any]:
        seen = entity.values()
        if entity.entity_id.partition(".")[0] not in _WITHOUT_STATE:
            seen["state"] = self.hass.states.get(entity.entity_id).state
        return seen

    def _on_shopping_list(self) -> dict[str, Any]:
        return {
            key: sorted(
                str(item["name"]).casefold()
                for item in self.shopping.items
                if bool(item["complete"]) is is_done
            )
            for key, is_done in (("items", False), ("done", True))
        }

    def _stock_shopping_list(self) -> None:
        spec = self.file.entities.get(SHOPPING_LIST, {})
        self.shopping.items = [
            {"name": str(name), "id": f"{key}-{number}", "complete": key == "done"}
            for key in ("items", "done")
            for number, name in enumerate(spec.get(key) or [])
        ]
        self.shopping._async_notify()
