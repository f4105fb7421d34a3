"""How the assistant is doing: times of the last request, the engine's health, memory and models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfInformation, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from . import LlmosConfigEntry
from .coordinator import EngineCoordinator
from .entity import StatusEntity
from .health import State
from .request_log import Stage

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LlmosSensorDescription(SensorEntityDescription):
    """A sensor, and where its value comes from."""

    value: Callable[[EngineCoordinator], StateType]


def _time(stage: Stage) -> LlmosSensorDescription:
    return LlmosSensorDescription(
        key=f"{stage}_time",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: coordinator.requests.times.get(stage),
    )


_SENSORS = (
    *map(_time, Stage),
    LlmosSensorDescription(
        key="health",
        device_class=SensorDeviceClass.ENUM,
        options=[str(state) for state in State],
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: coordinator.engine.health.state,
    ),
    LlmosSensorDescription(
        key="memory",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.MEBIBYTES,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: coordinator.memory,
    ),
    LlmosSensorDescription(
        key="speech_model",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: coordinator.model_of("asr"),
    ),
    LlmosSensorDescription(
        key="chat_model",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda coordinator: coordinator.model_of("handle"),
    ),
    # The two that follow come with the engine: they change with updates alone.
    LlmosSensorDescription(
        key="command_model",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda coordinator: coordinator.model_of("intent"),
    ),
    LlmosSensorDescription(
        key="engine_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda coordinator: coordinator.engine_version,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LlmosConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors."""
    async_add_entities(LlmosSensor(entry, description) for description in _SENSORS)


class LlmosSensor(StatusEntity, SensorEntity):
    """One value of the engine or the last request."""

    entity_description: LlmosSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        return self.entity_description.value(self.coordinator)
