"""How a thing is set: how bright, how loud, to which temperature, what is playing on it."""

from __future__ import annotations

from collections.abc import Callable

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.light import ATTR_BRIGHTNESS, ATTR_COLOR_TEMP_KELVIN, ATTR_RGB_COLOR
from homeassistant.const import ATTR_BATTERY_LEVEL
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import intent
from homeassistant.util.color import COLORS, color_RGB_to_hs

from ..grounded import GroundedStep
from ..kinds import PLAYED
from ..measuring import is_below
from ..names import split, stems
from ..speech import Speaker
from .telling import Answer, bare, labels, number

_TELL_THEMSELVES = frozenset({"binary_sensor", "input_number", "number", "sensor"})

type _Told = tuple[str, float | str] | None
"""The attribute in words, and its bare value; None where the thing does not tell."""


def answer_attributes(hass: HomeAssistant, step: GroundedStep, speaker: Speaker) -> Answer | None:
    """How what is meant is set; None if that was not asked."""
    if (attribute := step.slots.get("attribute")) is None:
        return None
    states = [state for entity_id in step.entity_ids if (state := hass.states.get(entity_id))]
    states = _active(states)
    tell = _TELL.get(str(attribute), _no_such)
    told = [(state, said) for state in states if (said := tell(hass, state))]
    if told and (ask := step.slots.get("ask")) in ("highest", "lowest"):
        told = [(max if ask == "highest" else min)(told, key=lambda pair: _rank(pair[1]))]
    if told and (limit := step.slots.get("below")) is not None:
        return _whether_below(hass, told, float(limit), speaker)
    if len(told) == 1 and attribute in PLAYED:
        state, said = told[0]
        return Answer(f"{said[0]}.", (state,), said[1])  # nobody's name is that of a speaker
    if told:
        names = dict(zip(states, labels(hass, states), strict=True))
        words = " ".join(
            speaker.phrase("measures", name=names[state], value=said[0]) for state, said in told
        )
        return Answer(words, tuple(state for state, _ in told), told[0][1][1])
    if states and all(state.domain in _TELL_THEMSELVES for state in states):
        return None  # "how much is left in the tank": its state tells
    if states and all(state.state in ("off", "unavailable", "unknown") for state in states):
        words = " ".join(
            speaker.phrase("measures", name=state.name, value=state.state) for state in states
        )
        return Answer(words, tuple(states))
    return Answer(speaker.phrase("not_told", name=", ".join(s.name for s in states)), tuple(states))


def _whether_below(
    hass: HomeAssistant,
    told: list[tuple[State, tuple[str, float | str]]],
    limit: float,
    speaker: Speaker,
) -> Answer:
    """ "Does the lock need a new battery?" """
    low = [pair for pair in told if is_below(_rank(pair[1]), limit, "battery")]
    states = [state for state, _ in low or told]
    words = " ".join(
        speaker.phrase("measures", name=name, value=said[0])
        for name, (_, said) in zip(labels(hass, states), low or told, strict=True)
    )
    return Answer(
        speaker.phrase("yes_so" if low else "no_so", words=words), tuple(states), value=bool(low)
    )


def _rank(told: _Told) -> float:
    """Where an attribute stands among others, words last."""
    value = told[1] if told else None
    return value if isinstance(value, int | float) else 0.0


def _active(states: list[State]) -> list[State]:
    """Players that play, where some do: "how loud is it" is asked of these."""
    if not all(state.domain == "media_player" for state in states):
        return states
    return [state for state in states if state.state in ("playing", "paused")] or states


def _no_such(_: HomeAssistant, __: State) -> _Told:
    return None


def _percent(value: float | None) -> _Told:
    return None if value is None else (f"{number(value)} %", value)


def _brightness(_: HomeAssistant, state: State) -> _Told:
    level = state.attributes.get(ATTR_BRIGHTNESS)
    return None if level is None else _percent(round(level / 2.55))


def _volume(_: HomeAssistant, state: State) -> _Told:
    level = state.attributes.get("volume_level")
    return None if level is None else _percent(round(level * 100))


def _color(_: HomeAssistant, state: State) -> _Told:
    if (kelvin := state.attributes.get(ATTR_COLOR_TEMP_KELVIN)) is not None:
        return f"{kelvin} K", kelvin
    if (rgb := state.attributes.get(ATTR_RGB_COLOR)) is None:
        return None
    name = min(_PLAIN_COLORS, key=lambda color: _distance(rgb, COLORS[color]))
    return name, name


_PLAIN_COLORS = (
    "red orange yellow green turquoise cyan blue purple violet magenta pink white gold lime".split()
)


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """How different two colours look, by hue and saturation."""
    (hue, saturation), (other_hue, other_saturation) = (
        color_RGB_to_hs(*rgb) for rgb in (one, other)
    )
    turn = abs(hue - other_hue)
    return min(turn, 360 - turn) * min(saturation, other_saturation) / 100 + abs(
        saturation - other_saturation
    )


def set_to(hass: HomeAssistant, state: State) -> _Told:
    """The number that a thing is set to: a thermostat's temperature, a fan's speed."""
    tell = _SET.get(state.domain, _target_temperature)
    return tell(hass, state)


def _target_temperature(hass: HomeAssistant, state: State) -> _Told:
    unit = hass.config.units.temperature_unit
    if (target := state.attributes.get("temperature")) is not None:
        return f"{number(target)} {unit}", target
    low, high = (state.attributes.get(f"target_temp_{end}") for end in ("low", "high"))
    return None if low is None or high is None else (f"{number(low)} – {number(high)} {unit}", low)


def _position(_: HomeAssistant, state: State) -> _Told:
    position = state.attributes.get("current_position")
    return (state.state, state.state) if position is None else _percent(position)


def _speed(_: HomeAssistant, state: State) -> _Told:
    return _percent(state.attributes.get("percentage")) if state.state == "on" else None


def _humidity(_: HomeAssistant, state: State) -> _Told:
    return _percent(state.attributes.get("current_humidity", state.attributes.get("humidity")))


def _target_humidity(_: HomeAssistant, state: State) -> _Told:
    return _percent(state.attributes.get("humidity"))


def _choice(hass: HomeAssistant, state: State) -> _Told:
    unit = state.attributes.get("unit_of_measurement")
    return (f"{state.state} {unit}" if unit else state.state), bare(state.state)


def _mode(_: HomeAssistant, state: State) -> _Told:
    for name in ("preset_mode", "mode", "operation_mode"):
        mode = state.attributes.get(name)
        if mode and mode != "none":
            return str(mode), str(mode)
    return state.state, state.state


def _battery(hass: HomeAssistant, state: State) -> _Told:
    """The battery of the thing itself, or of the device that it is part of."""
    if (level := state.attributes.get(ATTR_BATTERY_LEVEL)) is not None:
        return _percent(level)
    if state.attributes.get("device_class") == "battery":
        return _percent(float(state.state)) if state.state.replace(".", "").isdigit() else None
    registry = er.async_get(hass)
    entry = registry.async_get(state.entity_id)
    of_device = (
        er.async_entries_for_device(registry, entry.device_id) if entry and entry.device_id else ()
    )
    parts = [hass.states.get(part.entity_id) for part in of_device if part.domain == "sensor"]
    for sensor in (*parts, *_so_called(hass, state, entry)):
        if sensor and sensor.attributes.get("device_class") == "battery":
            return _battery(hass, sensor)
    return None


def _so_called(hass: HomeAssistant, state: State, entry: er.RegistryEntry | None) -> list[State]:
    """Exposed sensors that carry one of a thing's names, the closest first: "Yale battery" for the "Yale"."""
    names = [
        words
        for name in intent.async_get_entity_aliases(hass, entry, state=state)
        if (words := frozenset(stems(split(name))))
    ]
    sensors = [
        sensor
        for sensor in hass.states.async_all("sensor")
        if any(name <= frozenset(stems(split(sensor.name))) for name in names)
        and async_should_expose(hass, conversation.DOMAIN, sensor.entity_id)
    ]
    return sorted(sensors, key=lambda sensor: len(split(sensor.name)))


def _plain(name: str) -> Callable[[HomeAssistant, State], _Told]:
    def tell(_: HomeAssistant, state: State) -> _Told:
        value = state.attributes.get(name)
        return None if value is None else (str(value), str(value))

    return tell


_SET: dict[str, Callable[[HomeAssistant, State], _Told]] = {
    "cover": _position,
    "fan": _speed,
    "humidifier": _target_humidity,
    "light": _brightness,
    "media_player": _volume,
    "valve": _position,
    **dict.fromkeys(("input_number", "input_select", "number", "select"), _choice),
}
_TELL: dict[str, Callable[[HomeAssistant, State], _Told]] = {
    "album": _plain("media_album_name"),
    "artist": _plain("media_artist"),
    "battery": _battery,
    "brightness": _brightness,
    "color": _color,
    "humidity": _humidity,
    "mode": _mode,
    "position": _position,
    "source": _plain("source"),
    "speed": _speed,
    "target_temperature": set_to,
    "title": _plain("media_title"),
    "volume": _volume,
}
