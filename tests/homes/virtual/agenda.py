"""Lists of what is to be done, and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .base import Virtual


class Todo(Virtual, TodoListEntity):
    """A list."""

    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM
        | TodoListEntityFeature.UPDATE_TODO_ITEM
        | TodoListEntityFeature.DELETE_TODO_ITEM
        | TodoListEntityFeature.MOVE_TODO_ITEM
    )

    def furnish(self) -> None:
        """As home.yaml says."""
        self._attr_todo_items = [
            TodoItem(uid=f"{status}-{number}", summary=str(item), status=status)
            for key, status in (
                ("items", TodoItemStatus.NEEDS_ACTION),
                ("done", TodoItemStatus.COMPLETED),
            )
            for number, item in enumerate(self.spec.get(key) or [])
        ]

    def values(self) -> dict[str, Any]:
        """What is on it."""
        return listed(self)

    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Put it on the list."""
        items = self._attr_todo_items or []
        item.uid = f"new-{len(items)}"
        item.status = item.status or TodoItemStatus.NEEDS_ACTION
        self._attr_todo_items = [*items, item]
        self.async_write_ha_state()

    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Rename it, tick it off, …"""
        self._attr_todo_items = [
            item if old.uid == item.uid else old for old in self._attr_todo_items or []
        ]
        self.async_write_ha_state()

    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Take them off the list."""
        self._attr_todo_items = [i for i in self._attr_todo_items or [] if i.uid not in uids]
        self.async_write_ha_state()

    async def async_move_todo_item(self, uid: str, previous_uid: str | None = None) -> None:
        """Put it behind another, or first."""
        items = self._attr_todo_items or []
        (moved,) = (item for item in items if item.uid == uid)
        rest = [item for item in items if item.uid != uid]
        place = next((n + 1 for n, item in enumerate(rest) if item.uid == previous_uid), 0)
        self._attr_todo_items = [*rest[:place], moved, *rest[place:]]
        self.async_write_ha_state()


def listed(todo: TodoListEntity) -> dict[str, Any]:
    """What is on a list: what is to be done, and what is done."""
    items = todo.todo_items or []
    return {
        key: sorted((i.summary or "").casefold() for i in items if i.status == status)
        for key, status in (
            ("items", TodoItemStatus.NEEDS_ACTION),
            ("done", TodoItemStatus.COMPLETED),
        )
    }


class Calendar(Virtual, CalendarEntity):
    """A calendar that can be read."""

    def build(self) -> None:
        """Write its events down, in the order in which they begin."""
        events = [_event(row) for row in self.spec["events"]]
        self.appointments = sorted(events, key=lambda event: event.start_datetime_local)

    @property
    def event(self) -> CalendarEvent | None:
        """What is on, or is next."""
        now = dt_util.now()
        return next((e for e in self.appointments if e.end_datetime_local > now), None)

    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """What is on between two times."""
        return [
            event
            for event in self.appointments
            if event.start_datetime_local < end_date and event.end_datetime_local > start_date
        ]


def _event(row: Mapping[str, Any]) -> CalendarEvent:
    """An event, of all day or of an hour if its end is left out."""
    start = _moment(row["start"])
    length = timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1)
    end = _moment(row["end"]) if "end" in row else start + length
    return CalendarEvent(start, end, row["summary"], row.get("description"), row.get("location"))


def _moment(value: date | str) -> date | datetime:
    if isinstance(value, date):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=dt_util.get_default_time_zone())
