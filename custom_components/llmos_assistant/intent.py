"""The integration's own intents, for what Home Assistant's cannot say."""

from __future__ import annotations

from typing import Any, override

import voluptuous as vol
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import intent

INTENT_CLEAN_AREAS = "LlmosCleanAreas"
INTENT_PAUSE = "LlmosPause"
INTENT_SET_MODE = "LlmosSetMode"
INTENT_SET_VALUE = "LlmosSetValue"

# The actions that put a thing to a mode, by its domain and the attribute that tells the mode.
_ACTIONS = {
    ("climate", "fan_mode"): "set_fan_mode",
    ("climate", "hvac_mode"): "set_hvac_mode",
    ("climate", "preset_mode"): "set_preset_mode",
    ("climate", "swing_mode"): "set_swing_mode",
    ("fan", "oscillating"): "oscillate",
    ("fan", "preset_mode"): "set_preset_mode",
    ("humidifier", "mode"): "set_mode",
    ("input_select", "option"): "select_option",
    ("media_player", "sound_mode"): "select_sound_mode",
    ("media_player", "source"): "select_source",
    ("select", "option"): "select_option",
    ("vacuum", "fan_speed"): "set_fan_speed",
    ("water_heater", "operation_mode"): "set_operation_mode",
}


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents with Home Assistant."""
    intent.async_register(hass, CleanAreasHandler())
    intent.async_register(hass, PauseHandler())
    intent.async_register(hass, SetModeHandler())
    intent.async_register(hass, SetValueHandler())


class _Handler(intent.IntentHandler):
    """Calls one action of the thing that is named."""

    domains: frozenset[str]

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Call it. Raises MatchFailedError if there is no such thing, IntentHandleError if it refuses."""
        slots = {k: v["value"] for k, v in self.async_validate_slots(intent_obj.slots).items()}
        constraints = intent.MatchTargetsConstraints(
            name=slots["name"], domains=self.domains, assistant=intent_obj.assistant
        )
        result = intent.async_match_targets(intent_obj.hass, constraints)
        if not result.is_match:
            raise intent.MatchFailedError(result=result, constraints=constraints)
        state = result.states[0]
        action, data = self.action(state, slots)
        try:
            await intent_obj.hass.services.async_call(
                state.domain,
                action,
                {"entity_id": state.entity_id, **data},
                blocking=True,
                context=intent_obj.context,
            )
        except HomeAssistantError as err:
            raise intent.IntentHandleError(str(err)) from err
        response = intent_obj.create_response()
        response.async_set_states(matched_states=[state])
        response.async_set_results(
            [
                intent.IntentResponseTarget(
                    type=intent.IntentResponseTargetType.ENTITY, name=state.name, id=state.entity_id
                )
            ]
        )
        return response

    def action(self, state: State, slots: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The action of the thing's domain, and what to tell it besides which thing."""
        raise NotImplementedError


class SetModeHandler(_Handler):
    """Put a thing to one of its modes, presets, sources or options; arm an alarm."""

    intent_type = INTENT_SET_MODE
    description = "Sets the mode, preset, source or option of a device"
    domains = frozenset({domain for domain, _ in _ACTIONS} | {"alarm_control_panel"})
    platforms = set(domains)  # noqa: RUF012 as Home Assistant's handlers do
    slot_schema = {  # noqa: RUF012
        vol.Required("name"): intent.non_empty_string,
        vol.Required("attribute"): cv.string,
        vol.Required("option"): cv.string,
    }

    @override
    def action(self, state: State, slots: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        attribute, option = slots["attribute"], slots["option"]
        if state.domain == "alarm_control_panel":
            return f"alarm_arm_{option}", {}
        value = option == attribute if attribute == "oscillating" else option
        return _ACTIONS[state.domain, attribute], {attribute: value}


class CleanAreasHandler(_Handler):
    """Send a vacuum to several areas, in the order said."""

    intent_type = INTENT_CLEAN_AREAS
    description = "Tells a vacuum to clean several areas"
    domains = frozenset({"vacuum"})
    platforms = set(domains)  # noqa: RUF012
    slot_schema = {  # noqa: RUF012
        vol.Required("name"): intent.non_empty_string,
        vol.Required("areas"): cv.string,
    }

    @override
    def action(self, state: State, slots: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "clean_area", {"cleaning_area_id": slots["areas"].split(",")}


class PauseHandler(_Handler):
    """Have a robot stop where it is."""

    intent_type = INTENT_PAUSE
    description = "Pauses a vacuum or a lawn mower"
    domains = frozenset({"lawn_mower", "vacuum"})
    platforms = set(domains)  # noqa: RUF012
    slot_schema = {  # noqa: RUF012
        vol.Required("name"): intent.non_empty_string,
    }

    @override
    def action(self, state: State, slots: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "pause", {}


class SetValueHandler(_Handler):
    """Set what is a number, but no thermostat: a boiler, a wine fridge."""

    intent_type = INTENT_SET_VALUE
    description = "Sets the target temperature of a water heater, or the value of a number"
    domains = frozenset({"input_number", "number", "water_heater"})
    platforms = set(domains)  # noqa: RUF012
    slot_schema = {  # noqa: RUF012
        vol.Required("name"): intent.non_empty_string,
        vol.Required("temperature"): vol.Coerce(float),
    }

    @override
    def action(self, state: State, slots: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if state.domain == "water_heater":
            return "set_temperature", {"temperature": slots["temperature"]}
        return "set_value", {"value": slots["temperature"]}
