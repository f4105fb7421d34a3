"""Which kinds of things intents act on, and which words name a kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from .names import Words, singular

# What Home Assistant can turn on and off: open and close, lock and unlock, press, run.
ON_OFF = frozenset(
    {
        "automation", "button", "camera", "climate", "cover", "fan", "group", "humidifier", "input_boolean",
        "input_button", "lawn_mower", "light", "lock", "media_player", "remote", "scene", "script", "siren",
        "switch", "vacuum", "valve", "water_heater",
    }
)  # fmt: skip
_MEDIA = frozenset({"media_player"})
_TODO = frozenset({"todo"})
_OPENING = frozenset({"cover", "valve"})
_CLIMATE = frozenset({"climate"})
_HUMIDIFIER = frozenset({"humidifier"})
_VACUUM = frozenset({"vacuum"})
_MOWER = frozenset({"lawn_mower"})

ACTS_ON: dict[str, frozenset[str]] = {
    "HassTurnOn": ON_OFF,
    "HassTurnOff": ON_OFF,
    "HassToggle": ON_OFF,
    "HassLightSet": frozenset({"light"}),
    "HassFanSetSpeed": frozenset({"fan"}),
    "HassSetPosition": _OPENING,
    "HassStopMoving": _OPENING,
    "HassClimateGetTemperature": _CLIMATE,
    "HassClimateSetTemperature": _CLIMATE,
    "HassClimateSetFanMode": _CLIMATE,
    "HassHumidifierSetpoint": _HUMIDIFIER,
    "HassHumidifierMode": _HUMIDIFIER,
    "HassMediaNext": _MEDIA,
    "HassMediaPause": _MEDIA,
    "HassMediaPlayerMute": _MEDIA,
    "HassMediaPlayerUnmute": _MEDIA,
    "HassMediaPrevious": _MEDIA,
    "HassMediaSearchAndPlay": _MEDIA,
    "HassMediaUnpause": _MEDIA,
    "HassSetVolume": _MEDIA,
    "HassSetVolumeRelative": _MEDIA,
    "HassVacuumCleanArea": _VACUUM,
    "HassVacuumReturnToBase": _VACUUM,
    "HassVacuumStart": _VACUUM,
    "HassLawnMowerDock": _MOWER,
    "HassLawnMowerStartMowing": _MOWER,
    "HassGetWeather": frozenset({"weather"}),
    "LlmosGetCalendar": frozenset({"calendar"}),
    "HassListAddItem": _TODO,
    "HassListCompleteItem": _TODO,
    "HassListRemoveItem": _TODO,
    "LlmosSetMode": frozenset(
        {
            "alarm_control_panel",
            "climate",
            "fan",
            "humidifier",
            "input_select",
            "media_player",
            "select",
            "vacuum",
            "water_heater",
        }
    ),
    "LlmosPause": _VACUUM | _MOWER,
    "LlmosSetValue": frozenset({"input_number", "number", "water_heater"}),
}

# Questions and conditions, which may be about anything.
ASKS = frozenset({"HassGetState", "LlmosGetHistory", "LlmosIf"})
UNLOCKS = frozenset({"HassToggle", "HassTurnOff"})
MEDIA = frozenset(intent for intent, domains in ACTS_ON.items() if domains == _MEDIA)
# Without a place they mean the room that they are said in.
IN_ROOM = frozenset(
    intent
    for intent, domains in ACTS_ON.items()
    if domains not in (_VACUUM, _MOWER, _VACUUM | _MOWER, _TODO, frozenset({"weather"}))
)
# Without a place they would act on all at once: ask for the room instead.
MANY_AT_ONCE = frozenset(
    {
        "HassTurnOn", "HassTurnOff", "HassToggle", "HassLightSet", "HassFanSetSpeed", "HassSetPosition",
        "HassStopMoving", "HassSetVolume", "HassMediaPlayerMute", "HassHumidifierSetpoint", "HassHumidifierMode",
        "HassSetVolumeRelative", "LlmosSetMode",
    }
)  # fmt: skip
# These take one thing, or refuse.
ONE_ONLY = frozenset(
    {
        "HassClimateGetTemperature",
        "HassClimateSetTemperature",
        "HassClimateSetFanMode",
        "HassMediaSearchAndPlay",
    }
)
TIMERS = frozenset(
    {
        "HassCancelAllTimers", "HassCancelTimer", "HassDecreaseTimer", "HassIncreaseTimer", "HassPauseTimer",
        "HassStartTimer", "HassTimerStatus", "HassUnpauseTimer",
    }
)  # fmt: skip

# Where one name is both a lamp and its switch or its automation, the thing itself is meant.
BEHIND_THE_SCENES = frozenset(
    {"automation", "button", "group", "input_boolean", "input_button", "remote", "scene", "script", "switch",
     "binary_sensor", "device_tracker", "sensor", "update"}
)  # fmt: skip

# Kinds that take each other's words. Opening, locking and all else must not be mixed up:
# "close the front door" would unlock it.
_WAYS = {"cover": "open", "valve": "open", "lock": "lock", "todo": "list"}

_DOORS = frozenset({"binary_sensor", "cover", "lock"})

# Which domains know a state, where several things share a name.
STATE_DOMAINS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("locked", "unlocked"), frozenset({"lock"})),
    **dict.fromkeys(
        ("open", "closed", "opening", "closing"), frozenset({"binary_sensor", "cover", "valve"})
    ),
    **dict.fromkeys(("home", "not_home"), frozenset({"device_tracker", "person"})),
}
# What only a player that plays can tell.
PLAYED = frozenset({"album", "artist", "title"})
# Contact sensors know no "open".
BINARY_STATES = {"open": "on", "closed": "off"}

# Blinds, shades, curtains and shutters are registered under any of these.
_WINDOW_COVERS = frozenset({"blind", "curtain", "shade", "shutter"})
_GARAGE_DOORS = frozenset({"door", "garage"})


class HasKind(Protocol):
    """What has a domain and a device class."""

    @property
    def domain(self) -> str:
        """Home Assistant's domain."""

    @property
    def device_class(self) -> str | None:
        """Its device class, if it has one."""


@dataclass(frozen=True)
class Kind:
    """What a word such as "lights" or "blinds" stands for."""

    domain: str
    device_class: str | None = None


KIND_WORDS: dict[str, Kind] = {
    **dict.fromkeys(("light", "lamp", "bulb", "lighting"), Kind("light")),
    **dict.fromkeys(("switch", "plug", "outlet", "socket"), Kind("switch")),
    **dict.fromkeys(("fan", "ventilator"), Kind("fan")),
    **dict.fromkeys(("lock", "deadbolt"), Kind("lock")),
    **dict.fromkeys(("thermostat", "heating", "heater", "radiator", "ac"), Kind("climate")),
    **dict.fromkeys(("tv", "speaker", "player", "radio", "stereo"), Kind("media_player")),
    **dict.fromkeys(("vacuum", "cleaner"), Kind("vacuum")),
    **dict.fromkeys(("mower", "lawnmower"), Kind("lawn_mower")),
    **dict.fromkeys(("humidifier", "dehumidifier"), Kind("humidifier")),
    **dict.fromkeys(("geyser", "waterheater"), Kind("water_heater")),
    "valve": Kind("valve"),
    "scene": Kind("scene"),
    "script": Kind("script"),
    "automation": Kind("automation"),
    "list": Kind("todo"),
    "sensor": Kind("sensor"),
    "cover": Kind("cover"),
    **{
        w: Kind("cover", w)
        for w in ("awning", "blind", "curtain", "gate", "shade", "shutter", "window")
    },
    "drape": Kind("cover", "curtain"),
}


# Who makes things: said with a kind, it names the thing of that kind.
BRANDS = frozenset(
    """
    amazon apple aqara asus bosch bose braun daikin denon dyson ecobee ecovacs eufy eve ezviz fibaro google govee
    hikvision hisense homepod honeywell hue husqvarna ikea innr irobot kasa lg lifx logitech lutron marantz meross
    miele mitsubishi nanoleaf neato nest netatmo panasonic philips pioneer ring roborock roku roomba samsung sengled
    shelly siemens smeg somfy sonoff sonos sony switchbot tado tapo tcl tesla tradfri tuya velux wemo wiz wyze
    xiaomi yale yamaha yeelight
    """.split()
)


# What makers call their lamps, blinds and speakers: "the Philips lamp" is the Hue.
LINES = {
    "amazon": frozenset({"echo", "fire"}),
    "apple": frozenset({"homepod"}),
    "google": frozenset({"chromecast", "nest"}),
    "ikea": frozenset({"fado", "fyrtur", "symfonisk", "tradfri"}),
    "irobot": frozenset({"braava", "roomba"}),
    "philips": frozenset({"hue", "wiz"}),
}


def kind_of(word: str) -> Kind | None:
    """The kind that a word names, in singular or plural."""
    return KIND_WORDS.get(word) or KIND_WORDS.get(singular(word))


@lru_cache(maxsize=4096)
def without_kind(words: Words, domain: str) -> Words:
    """The words less those before and after them that say nothing but `domain`."""

    def says_domain(word: str) -> bool:
        if singular(word) == "door":
            return domain in _DOORS
        kind = kind_of(word)
        return kind is not None and (
            kind.domain == domain or {kind.domain, domain} == {"sensor", "binary_sensor"}
        )

    while len(words) > 1 and says_domain(words[-1]):
        words = words[:-1]
    while len(words) > 1 and says_domain(words[0]):
        words = words[1:]
    return words


def compatible(said: str, domain: str) -> bool:
    """If a thing of `domain` may be called a `said`: a lamp on a smart plug is a switch."""
    return said == domain or _WAYS.get(said) == _WAYS.get(domain)


def device_classes(said: str) -> frozenset[str]:
    """The device classes that people mean by one of them."""
    if said in _WINDOW_COVERS:
        return _WINDOW_COVERS
    return _GARAGE_DOORS if said == "door" else frozenset({said})


def says_class(words: Words, said: str) -> bool:
    """If a name says a device class, or one that people mean by it."""
    return said in words or any(
        (kind := kind_of(word)) and kind.device_class in device_classes(said) for word in words
    )


def says_kind(words: Words, entity_kind: HasKind) -> bool:
    """If the words name nothing but the kind of an entity: "the tv" for a media player of that class."""
    return all(
        (kind := kind_of(word)) is not None
        and kind.domain == entity_kind.domain
        and (
            kind.device_class is None
            or entity_kind.device_class in device_classes(kind.device_class)
        )
        for word in words
    )
