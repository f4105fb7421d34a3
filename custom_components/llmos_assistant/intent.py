"""The integration's own intents, for what Home Assistant's cannot say."""

from __future__ import annotations

from typing import override

import voluptuous as vol
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import intent

INTENT_SET_MODE = "LlmosSetMode"

# The actions that put a thing to a mode, by its domain and the attribute that tells the mode.
_ACTIONS = {
    ("climate", "hvac_mode"): "set_hvac_mode",
    ("climate", "preset_mode"): "set_preset_mode",
    ("fan", "preset_mode"): "set_preset_mode",
    ("humidifier", "mode"): "set_mode",
    ("input_select", "option"): "select_option",
    ("media_player", "source"): "select_source",
    ("select", "option"): "select_option",
    ("water_heater", "operation_mode"): "set_operation_mode",
}


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents with Home Assistant."""
    intent.async_register(hass, SetModeHandler())


class SetModeHandler(intent.IntentHandler):
    """Put a thing to one of its modes, presets, sources or options."""

    intent_type = INTENT_SET_MODE
    description = "Sets the mode, preset, source or option of a device"
    platforms = {domain for domain, _ in _ACTIONS}  # noqa: RUF012 as Home Assistant's handlers do
    slot_schema = {  # noqa: RUF012
        vol.Required("name"): intent.non_empty_string,
        vol.Required("attribute"): cv.string,
        vol.Required("option"): cv.string,
    }

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Set it. Raises MatchFailedError if there is no such thing."""
        slots = self.async_validate_slots(intent_obj.slots)
        constraints = intent.MatchTargetsConstraints(
            name=slots["name"]["value"],
            domains=self.platforms,
            assistant=intent_obj.assistant,
        )
        result = intent.async_match_targets(intent_obj.hass, constraints)
        if not result.is_match:
            raise intent.MatchFailedError(result=result, constraints=constraints)
        state = result.states[0]
        attribute, option = slots["attribute"]["value"], slots["option"]["value"]
        await intent_obj.hass.services.async_call(
            state.domain,
            _ACTIONS[state.domain, attribute],
            {"entity_id": state.entity_id, attribute: option},
            blocking=True,
            context=intent_obj.context,
        )
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
