"""What to say. Home Assistant's own wording wherever it has one, in the language of the request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from home_assistant_intents import ErrorKey, get_intents, get_languages
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from homeassistant.helpers.template import Template, TemplateState
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import language as language_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .problems import ProblemKind

if TYPE_CHECKING:
    from .grounded import GroundedStep
    from .problems import Problem

_FALLBACK_LANGUAGE = "en"
_SENTENCE_END = (".", "!", "?", "…")

# Home Assistant's answers to "are any …", "are all …", "how many …" differ, and a plan does not
# tell them apart. These words choose among wordings of one answer, never what is done.
_QUANTIFIERS = {
    "en": {
        "how_many": re.compile(r"\bhow many\b(?! degrees\b)", re.IGNORECASE),
        "how_much": re.compile(r"\b(how (much|far)|how many degrees|difference)\b", re.IGNORECASE),
        # Not "who all is home", "y'all", "at all".
        "all": re.compile(
            r"(?<!who )(?<!what )(?<!at )(?<!['’])\b(all|every|everything|both)\b", re.IGNORECASE
        ),
        "which": re.compile(r"\b(which|what|who|whose|list|tell me)\b", re.IGNORECASE),
    }
}

# Home Assistant's errors for a problem: without and with an area, and what they call the words.
_PROBLEM_ERRORS = {
    ProblemKind.UNKNOWN_NAME: (ErrorKey.NO_ENTITY, ErrorKey.NO_ENTITY_IN_AREA, "entity"),
    ProblemKind.UNKNOWN_AREA: (ErrorKey.NO_AREA, ErrorKey.NO_AREA, "area"),
    ProblemKind.NOTHING_FITS: (ErrorKey.NO_DOMAIN, ErrorKey.NO_DOMAIN_IN_AREA, "domain"),
}


@dataclass(frozen=True)
class _Templates:
    """Home Assistant's response templates of a language: by intent and key, and for errors."""

    intents: Mapping[str, Mapping[str, str]]
    errors: Mapping[str, str]


_TEMPLATES: HassKey[dict[str, _Templates]] = HassKey(f"{DOMAIN}_templates")


@dataclass(frozen=True)
class Speaker:
    """Words every answer of a language."""

    hass: HomeAssistant
    language: str
    templates: _Templates
    phrases: Mapping[str, str]

    def phrase(self, key: str, **values: str) -> str:
        """One of the integration's own answers."""
        return self.phrases[f"component.{DOMAIN}.exceptions.{key}.message"].format(**values)

    def error(self, key: str, **values: Any) -> str:
        """One of Home Assistant's error answers, its general one if it has none for `key`."""
        template = self.templates.errors.get(key) or self.templates.errors[ErrorKey.NO_INTENT]
        return _one_line(Template(template, self.hass).async_render(values, parse_result=False))

    def problem(self, problem: Problem) -> str:
        """Why a step cannot be carried out, and what to say instead."""
        if problem.spoken and problem.kind in _PROBLEM_ERRORS:
            everywhere, in_area, slot = _PROBLEM_ERRORS[problem.kind]
            key = in_area if problem.area else everywhere
            return self.error(key, **{"area": problem.area, slot: problem.spoken})
        candidates = ", ".join(problem.candidates)
        return self.phrase(problem.kind, spoken=problem.spoken, candidates=candidates)

    def answer(self, step: GroundedStep, response: intent.IntentResponse) -> str:
        """What to say after `step` has had its `response`.

        The handler's own words if it has any. Empty for steps that ask for silence.
        """
        if spoken := response.speech.get(intent.SPEECH_TYPE_PLAIN, {}).get("speech"):
            return str(spoken)
        templates = self.templates.intents.get(step.intent, {})
        key = _response_key(step, response, templates)
        if key is None:
            return self.phrase("done")
        matched, unmatched = (
            [TemplateState(self.hass, state) for state in states]
            for states in (response.matched_states, response.unmatched_states)
        )
        values = {
            # The templates compare numbers as text.
            "slots": {k: str(v) for k, v in step.slots.items()} | response.speech_slots,
            "state": next(iter([*matched, *unmatched]), None),
            "query": {"matched": matched, "unmatched": unmatched},
        }
        rendered = Template(templates[key], self.hass).async_render(values, parse_result=False)
        # A template without a word for the domain of the entity renders "Turned on None".
        return self.phrase("done") if rendered.rstrip().endswith("None") else _one_line(rendered)


async def async_get_speaker(hass: HomeAssistant, language: str) -> Speaker:
    """The words of `language`, English where there are none."""
    matches = language_util.matches(language, get_languages())
    variant = matches[0] if matches else _FALLBACK_LANGUAGE
    cache = hass.data.setdefault(_TEMPLATES, {})
    if variant not in cache:
        cache[variant] = await hass.async_add_executor_job(_load_templates, variant)
    phrases = await async_get_translations(hass, language, "exceptions", {DOMAIN})
    return Speaker(hass, language, cache[variant], phrases)


def join_sentences(parts: Iterable[str]) -> str:
    """Several answers as one text, each with its full stop, the same one once."""
    parts = list(dict.fromkeys(part for part in parts if part))
    if len(parts) == 1:
        return parts[0]
    return " ".join(part if part.endswith(_SENTENCE_END) else f"{part}." for part in parts)


def _load_templates(language: str) -> _Templates:
    """Read the templates of `language`. Blocks."""
    responses = (get_intents(language) or {}).get("responses", {})
    return _Templates(responses.get("intents", {}), responses.get("errors", {}))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _response_key(
    step: GroundedStep, response: intent.IntentResponse, templates: Mapping[str, str]
) -> str | None:
    """The first key, from special to general, that the language has a template for."""
    for key in (*_special_keys(step, response), "default"):
        if key in templates:
            return key
    return None


def _special_keys(step: GroundedStep, response: intent.IntentResponse) -> Sequence[str]:
    slots = step.slots
    match step.intent:
        case intent.INTENT_TURN_ON | intent.INTENT_TURN_OFF:
            return _turn_keys(step, response)
        case intent.INTENT_SET_POSITION if "name" not in slots and "device_class" in slots:
            return ("cover_device_class",)
        case "HassLightSet":
            return [key for key in ("color", "temperature", "brightness") if key in slots]
        case intent.INTENT_CANCEL_ALL_TIMERS if "area" in slots:
            return ("area",)
        case intent.INTENT_START_TIMER if "conversation_command" in slots:
            return ("command",)
        case intent.INTENT_RESPOND:
            return (str(slots.get("response", "hello")),)
    return ("item_added", "item_completed", "item_deleted")


def quantifier(text: str, language: str) -> str | None:
    """If a question is "how many", "how much", "all" or "which"; None for "any"."""
    quantifiers = _QUANTIFIERS.get(language.partition("-")[0], {})
    return next((key for key, words in quantifiers.items() if words.search(text)), None)


def _turn_keys(step: GroundedStep, response: intent.IntentResponse) -> Sequence[str]:
    domain = _domain(step.entity_ids) or _domain(
        state.entity_id for state in response.matched_states
    )
    if "name" in step.slots:
        return (domain,)
    if "device_class" in step.slots:
        return (f"{domain}_device_class", domain)
    if "floor" in step.slots:
        return (f"{domain}s_floor", f"{domain}s_area", domain)
    if "area" in step.slots:
        return (f"{domain}s_area", domain)
    return (f"{domain}_all", f"{domain}s_area", domain)


def _domain(entity_ids: Iterable[str]) -> str:
    """The domain that all of them have, "" if they differ or there is none."""
    domains = {entity_id.partition(".")[0] for entity_id in entity_ids}
    return domains.pop() if len(domains) == 1 else ""
