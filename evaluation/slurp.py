"""What SLURP's utterances (Bastianelli et al. 2020) ask of a home, and when a plan is right for one.

An utterance is one that a home **can do** something about if its label is in `RIGHT` and what it
asks for is complete: a list needs an item that is named, and the time is asked for here and today,
not in another place, on another day or until an event. All other labels (alarms, calendars, games,
news, sums, small talk, settings of music) no home can do: nothing may act there.

The **intent** is right if at least one step has an intent of those that are right for the label,
and no other step acts. Conditions and times around it ("at one pm") do not count as steps.

The **target words** are right if besides that every target that was annotated, or follows from the
label, is said by a slot of such a step:

- annotated: device_type, house_place, list_name, names of media, the last colour if it is one; not
  annotated by SLURP, so found by the wording: the item of a list; by the label: coffee;
- said: all its words are among the words of the slots' values, without regard to order, plural, case,
  and whether numbers are words or digits; filler ("the", "my") and, of media, words of kind ("radio",
  "songs") are no words of a name;
- or it is a kind that the step says by its intent or its domain: a vacuum cleaner of HassVacuumStart,
  the lights of HassLightSet, a plug of `domain: switch`, the groceries of HassShoppingListAddItem;
- or it is the whole home or this room ("house", "room"), which no slot has to say.

An amount ("a little", "to seven"), a date, and how it is to be played are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from custom_components.llmos_assistant.engine.protocol import QUESTION_INTENTS, Step
from custom_components.llmos_assistant.engine.utterance import split_words

_PLAY = frozenset(
    "HassMediaSearchAndPlay HassMediaNext HassMediaPrevious HassMediaPause HassMediaUnpause "
    "HassTurnOn".split()
)
_WEATHER = frozenset({"HassGetWeather", "HassGetState", "HassClimateGetTemperature"})
RIGHT: Mapping[str, frozenset[str]] = {
    "audio_volume_down": frozenset({"HassSetVolumeRelative", "HassSetVolume"}),
    "audio_volume_mute": frozenset({"HassMediaPlayerMute", "HassSetVolume", "HassMediaPause"}),
    "audio_volume_up": frozenset(
        {"HassSetVolumeRelative", "HassSetVolume", "HassMediaPlayerUnmute"}
    ),
    "datetime_query": frozenset({"HassGetCurrentTime", "HassGetCurrentDate"}),
    "iot_cleaning": frozenset({"HassVacuumStart", "HassVacuumCleanArea"}),
    "iot_coffee": frozenset({"HassTurnOn"}),
    "iot_hue_lightchange": frozenset({"HassLightSet"}),
    "iot_hue_lightdim": frozenset({"HassLightSet"}),
    "iot_hue_lightoff": frozenset({"HassTurnOff"}),
    "iot_hue_lighton": frozenset({"HassTurnOn", "HassLightSet"}),
    "iot_hue_lightup": frozenset({"HassLightSet", "HassTurnOn"}),
    "iot_wemo_off": frozenset({"HassTurnOff"}),
    "iot_wemo_on": frozenset({"HassTurnOn"}),
    "lists_createoradd": frozenset({"HassListAddItem", "HassShoppingListAddItem"}),
    "lists_query": frozenset({"HassGetState"}),
    "lists_remove": frozenset(
        {
            "HassListRemoveItem",
            "HassShoppingListRemoveItem",
            "HassListCompleteItem",
            "HassShoppingListCompleteItem",
        }
    ),
    "play_audiobook": _PLAY,
    "play_music": _PLAY,
    "play_podcasts": _PLAY,
    "play_radio": _PLAY,
    "weather_query": _WEATHER,
}
# They do nothing of themselves: conditions and times of other steps, words to the assistant.
_NOT_ACTING = QUESTION_INTENTS | frozenset(
    "HassNevermind HassRespond LlmosCorrect LlmosIf LlmosLater LlmosMore LlmosUndo LlmosYes".split()
)

_ANNOTATION = re.compile(r"\[(\w+) : ([^\]]*)\]")
_ADDED = re.compile(r"\b(?:add|put|include) (.+?) (?:to|on|in)\b.* list\b|\bremind me to (.+)")
_REMOVED = re.compile(
    r"\b(?:remove|delete|take|cancel|drop|erase|cross out) (.+?) (?:from|off)(?: of)?\b.* list\b"
    r"|\blist and remove (.+)"
)
_NO_ITEM = re.compile(r"(?:(?:the|this|that|an?) )?(?:item|it|this|that|something|lists?)|my .*")
_MEDIA = frozenset(
    "song_name artist_name music_genre podcast_name audiobook_name audiobook_author radio_name "
    "playlist_name".split()
)
_TARGETS = _MEDIA | {"device_type", "house_place", "list_name"}
_COLORS = frozenset("red green blue yellow orange pink purple white".split())
_TODAY = re.compile(r"today('s)?|now|current|right now")


def acts(intent: str) -> bool:
    """If this intent does something to the home; questions never do."""
    return intent not in _NOT_ACTING


def can_do(row: Mapping[str, Any]) -> bool:
    """If a home can do something about an utterance."""
    label, annotated = row["label"], _annotations(row)
    if label.startswith("lists_") and label != "lists_query":
        return _item(row) is not None
    if label == "datetime_query":
        return all(kind == "date" and _TODAY.fullmatch(words) for kind, words in annotated)
    return label in RIGHT


def intent_right(row: Mapping[str, Any], steps: Sequence[Step]) -> bool:
    """The rule for the intent in the module's docstring."""
    right = RIGHT[row["label"]]
    return any(step.intent in right for step in steps) and not any(
        acts(step.intent) for step in steps if step.intent not in right
    )


def words_right(row: Mapping[str, Any], steps: Sequence[Step]) -> bool:
    """The rule for the target words in the module's docstring."""
    ours = [step for step in steps if step.intent in RIGHT[row["label"]]]
    said = [str(value) for step in ours for value in step.slots.values()]
    kinds = {kind for step in ours for kind in _kinds_of(step)}
    needed = targets(row)
    if row["label"].startswith("iot_hue") and not any(kind == "device_type" for kind, _ in needed):
        needed.append(("device_type", "light"))
    return all(_is_said(kind, words, said, kinds) for kind, words in needed)


def targets(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a plan for this utterance has to be about: kinds of annotation, and words."""
    annotated = _annotations(row)
    found = [(kind, words) for kind, words in annotated if kind in _TARGETS]
    if item := _item(row):
        found.append(("item", item))
    if row["label"] == "iot_coffee" and not found:
        found.append(("device_type", "coffee"))
    colors = [words for kind, words in annotated if kind == "color_type" and words in _COLORS]
    return found + [("color", words) for words in colors[-1:]]


def _annotations(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (kind, words.strip().casefold()) for kind, words in _ANNOTATION.findall(row["annotated"])
    ]


def _item(row: Mapping[str, Any]) -> str | None:
    """The item of a list that is to be added or removed, if one is named."""
    pattern = {"lists_createoradd": _ADDED, "lists_remove": _REMOVED}.get(row["label"])
    if pattern is None or not (found := pattern.search(row["text"])):
        return None
    item = next(group for group in found.groups() if group)
    return None if _NO_ITEM.fullmatch(item) else item


def _kinds_of(step: Step) -> set[str]:
    """The kinds of things that a step is about by its intent and its slots."""
    kinds = {str(step.slots.get("domain", ""))}
    for start, kind in (
        ("HassLight", "light"),
        ("HassVacuum", "vacuum"),
        ("HassFan", "fan"),
        ("HassMedia", "media_player"),
        ("HassSetVolume", "media_player"),
        ("HassShoppingList", "shopping list"),
    ):
        if step.intent.startswith(start):
            kinds.add(kind)
    return kinds


def _is_said(kind: str, words: str, said: Iterable[str], kinds: Iterable[str]) -> bool:
    needed = _words([words]) - _FILLER
    if kind in _MEDIA:
        needed -= _OF_MEDIA
    if kind == "house_place":
        needed -= _HERE
    if kind == "list_name":
        needed -= {"list"}
    joined = "".join(said)
    if needed <= _words(said) or words.replace(" ", "") in joined.replace(" ", "").casefold():
        return True
    is_kind = kind in ("device_type", "list_name")
    return is_kind and any(needed <= _KINDS.get(k, set()) for k in kinds)


def _words(texts: Iterable[str]) -> set[str]:
    """Their words without regard to case, plural, possession; numbers as digits."""
    found = set()
    for text in texts:
        for word in split_words(text.replace("_", " ")):
            plain = word.text.removesuffix("'s")
            found.add(plain.removesuffix("s") if len(plain) > 3 else plain)
    return found


_FILLER = _words(["the my a an of in all some every this that to for please at s one"])
_OF_MEDIA = _words(
    [
        "radio station channel fm am frequency podcast audiobook audio book music song playlist list "
        "artist genre by and dot com"
    ]
)
_HERE = _words(["house flat apartment home room interior cleaning cleanup"])
_KINDS: Mapping[str, set[str]] = {
    "light": _words(["light lighting lamp"]),
    "vacuum": _words(["vacuum cleaner robot roomba hoover"]),
    "switch": _words(["smart plug socket switch outlet wemo"]),
    "fan": {"fan"},
    "media_player": {"tv"},
    "shopping list": _words(["shopping grocery groceries list"]),
}
