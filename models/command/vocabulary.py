"""What open lists are filled with: names, areas, items, numbers, durations, as people say them.

The model must copy names that it never saw, so values are varied without end: files of real
values, recombined with rooms, owners, numbers and words that nobody has ever said.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from unicode_rbnf import FormatPurpose, RbnfEngine

FOLDER = Path(__file__).parent / "vocabulary"

# Which vocabulary names the entities of a domain.
DOMAIN_LISTS = {
    "binary_sensor": "sensor",
    "lawn_mower": "mower",
    "todo": "todo_list",
    "input_boolean": "switch",
}
NAME_LISTS = (
    "light switch fan cover garage lock climate media_player vacuum mower valve scene script sensor weather"
).split()
_ANY_DEVICE = (
    ["light"] * 4
    + ["switch"] * 4
    + "fan cover media_player climate lock sensor valve scene".split()
)
_BARE_KINDS = {"light", "lights", "lamp", "lamps", "lighting", "fan", "fans", "switch", "switches"}
_MODIFIERS = (
    "left right upper lower big small old new front back main spare guest corner tall little ceiling wall "
    "table floor bedside outdoor indoor smart white black red blue green far near second other north south"
).split()
_ONSETS = "b bl br c ch cl d dr f fl g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl sn st t th tr v w y z zh".split()
_VOWELS = "a e i o u ai ea ee ie oa oo ou y".split()
_CODAS = [""] * 8 + "b ck d g l ll m n nd ng nt p r rk s sh st t th x zz".split()
_SET_DURATIONS = (
    "half an hour|half a minute|a quarter of an hour|an hour and a half|a half hour|a minute|an hour|"
    "a minute and a half|one and a half hours|a couple of minutes|a couple of hours|one minute|"
    "three quarters of an hour|one hour"
).split("|")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROOMS = "room bedroom office study bathroom".split()
_INVENTED_ROOMS = "room hall wing corner suite shed lounge".split()


class Vocabulary:
    """Spoken values for the lists of one language."""

    def __init__(self, language: str) -> None:
        self._folder = FOLDER / language
        self._numbers = RbnfEngine.for_language(language)
        self.command: Callable[[Random], str] | None = (
            None  # set by the corpus, which knows commands
        )

    @cache  # noqa: B019 one instance a run
    def values(self, name: str) -> list[str]:
        """The lines of a vocabulary file."""
        lines = (self._folder / f"{name}.txt").read_text("utf-8").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def sample(self, name: str, rng: Random) -> str:
        """One spoken value of an open list."""
        if name == "name":
            name = rng.choice(_ANY_DEVICE)
        name = DOMAIN_LISTS.get(name, name)
        if name in NAME_LISTS:
            return self._device_name(name, rng)
        match name:
            case "area":
                return self._area(rng)
            case "percent":
                return self.number(rng.choice([rng.randint(0, 100), rng.randint(1, 20) * 5]), rng)
            case "degrees":
                value = rng.choice(
                    [
                        rng.randint(5, 32),
                        rng.randint(15, 26),
                        rng.randint(50, 90),
                        rng.randint(0, 100),
                    ]
                )
                return f"{value}.5" if rng.random() < 0.12 else self.number(value, rng)
            case "kelvin":
                return self.number(rng.randint(10, 100) * 100, rng, words=0.1)
            case "duration":
                return self._duration(rng)
            case "time":
                return self._time(rng)
            case "when" | "past":
                return self._period(name, rng)
            case "except":
                return self._several_things(rng)
            case "command" if self.command:
                return self.command(rng)
            case "timer_name" | "todo_list" | "item" | "query" | "message" | "person" if (
                rng.random() < 0.12
            ):
                return self._free_words(name, rng)
        return rng.choice(self.values(name))

    def number(self, value: int, rng: Random, words: float = 0.35) -> str:
        """A number, in words in some of the cases."""
        if rng.random() >= words:
            return str(value)
        text = self._numbers.format_number(value).text
        return text.replace("-", " ") if rng.random() < 0.5 else text

    def invented(self, rng: Random) -> str:
        """A word that nobody has ever said: "blishen", "zhoark"."""
        syllables = rng.choice([1, 2, 2, 2, 3])
        return "".join(
            rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables)
        )

    def _device_name(self, name: str, rng: Random) -> str:
        value = rng.choice(self.values(name))
        kind = rng.random()
        if kind < 0.12:
            value = f"{rng.choice(_MODIFIERS)} {value}"
        elif kind < 0.20 and value not in _BARE_KINDS:
            value = f"{rng.choice(self.values('area'))} {value}"
        elif kind < 0.26:
            value = f"{rng.choice(self.values('person'))}'s {value}"
        elif kind < 0.33:
            value = f"{value} {self.number(rng.randint(1, 12), rng)}"
        elif kind < 0.40:
            value = f"{self.invented(rng)} {value.split()[-1]}"
        elif kind < 0.48:
            value = " ".join(self.invented(rng) for _ in range(rng.choice([1, 1, 2])))
        elif kind < 0.53:
            value = rng.choice(self.values("person"))
        elif kind < 0.58:
            words = [rng.choice(rng.choice(self.values("query")).split()) for _ in range(2)]
            value = " ".join([*words, value.split()[-1]])
        elif kind < 0.68:
            value = self._odd_name(rng)
        return value

    def _odd_name(self, rng: Random) -> str:
        """What does not sound like a device at all: "unicorn", "ps5", "quiet egg", "tp 110"."""
        source = rng.choice(["item", "anything", "event", "timer_name", "message"])
        words = [word for word in rng.choice(self.values(source)).split() if len(word) > 3]
        form = rng.random()
        if form < 0.45 and words:
            return rng.choice(words)
        if form < 0.7 and words:
            second = (
                self.invented(rng) if form < 0.55 else rng.choice(self.values("light")).split()[0]
            )
            return f"{rng.choice(words)} {second}"
        letters = "".join(rng.choice(_LETTERS) for _ in range(rng.randint(1, 3)))
        space = rng.choice(["", "", " "])
        model = f"{letters}{space}{rng.choice([rng.randint(1, 9), rng.randint(10, 999)])}"
        return model if form < 0.85 or not words else f"{rng.choice(words)} {model}"

    def _area(self, rng: Random) -> str:
        value = rng.choice(self.values("area"))
        kind = rng.random()
        if kind < 0.07:
            return f"{rng.choice(self.values('person'))}'s {rng.choice(_ROOMS)}"
        if kind < 0.12:
            return f"{self.invented(rng)} {rng.choice(_INVENTED_ROOMS)}"
        if kind < 0.15:
            return self.invented(rng)
        return value

    def _free_words(self, name: str, rng: Random) -> str:
        words = [
            rng.choice(rng.choice(self.values(name)).split()) for _ in range(rng.randint(1, 4))
        ]
        words[rng.randrange(len(words))] = self.invented(rng)
        return " ".join(words)

    def _time(self, rng: Random) -> str:
        """A time of day: "half past ten", "7:15 pm", "noon"."""
        hour, minute = rng.randint(1, 12), rng.choice([0, 0, 5, 10, 15, 20, 30, 30, 45, 50])
        form = rng.random()
        if form < 0.08:
            return rng.choice(["noon", "midnight", "midday", "twelve noon"])
        if form < 0.28:
            said = rng.choice(
                "half past|quarter past|quarter to|a quarter to|half|five past|ten to|"
                "twenty past|ten past|20 to".split("|")
            )
            said = f"{said} {self.number(hour, rng)}"
        elif form < 0.65:
            said = self.number(hour, rng)
            if rng.random() < 0.25:
                said += " o'clock"
        elif form < 0.82 or minute == 0:
            hour = hour if rng.random() < 0.7 else rng.randint(13, 23)
            said = f"{hour}:{minute:02}"
        else:
            said = f"{self.number(hour, rng, words=1)} {self.number(minute, rng, words=1)}"
        if rng.random() < 0.5:
            said += rng.choice(
                " pm| am| p.m.| a.m.|pm|am| in the evening| in the morning| tonight| at night|"
                " in the afternoon| this evening".split("|")
            )
        return said

    def _period(self, name: str, rng: Random) -> str:
        """When something is or was: "tomorrow morning", "friday at six", "the last 3 hours"."""
        form = rng.random()
        if form < 0.08:
            return self._date(rng)
        if name == "past" and form < 0.2:
            count, unit = rng.randint(2, 12), rng.choice("hours hours days weeks minutes".split())
            span = f"{self.number(count, rng)} {unit}"
            return rng.choice([f"the last {span}", f"the past {span}"])
        if form < 0.32:
            day = rng.choice(self.values("day" if name == "when" else "past_day"))
            moment = f"at {self._time(rng)}" if rng.random() < 0.6 else self._time(rng)
            return rng.choice([f"{day} {moment}", f"{moment} {day}", moment, moment])
        return rng.choice(self.values(name))

    def _date(self, rng: Random) -> str:
        """A day of the year: "the 5th", "march 3rd", "the twenty first of june"."""
        number, month = rng.randint(1, 31), rng.choice(self.values("month"))
        ending = {1: "st", 2: "nd", 3: "rd"}.get(
            number % 10 if number not in (11, 12, 13) else 0, "th"
        )
        day = f"{number}{ending}"
        if rng.random() < 0.5:
            day = self._numbers.format_number(number, FormatPurpose.ORDINAL).text.replace("-", " ")
        return rng.choice(
            [f"the {day}", f"{month} {day}", f"{month} the {day}", f"the {day} of {month}"]
        )

    def _several_things(self, rng: Random) -> str:
        """What is left out: "hall", "the porch light and the tv"."""
        things: list[str] = []
        for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
            name = rng.choice(["area", "area", "light", "light", "name"])
            article = rng.choice(["the ", "the ", "", "my "] if things else [""])
            kind = rng.choice(["", "", " light", " lights", " one"]) if name == "area" else ""
            things.append(f"{article}{self.sample(name, rng)}{kind}")
        if len(things) == 1:
            return things[0]
        last = rng.choice([" and ", " and ", " or ", " and also "])
        return ", ".join(things[:-1]) + last + things[-1]

    def _duration(self, rng: Random) -> str:
        form = rng.random()
        if form < 0.10:
            return rng.choice(_SET_DURATIONS)
        if form < 0.16:
            unit = rng.choice(["hours", "minutes"])
            return f"{self.number(rng.randint(2, 9), rng)} and a half {unit}"
        parts = [
            (rng.randint(1, 24), "hour"),
            (rng.choice([rng.randint(1, 90), rng.randint(1, 12) * 5]), "minute"),
            (rng.choice([rng.randint(1, 59), 30, 45, 90]), "second"),
        ]
        if form < 0.75:
            parts = [parts[rng.choice([0, 1, 1, 1, 2])]]
        else:
            parts = rng.choice([parts[:2], parts[1:], parts[::2], parts])
        spoken = []
        for value, unit in parts:
            plural = "s" if value != 1 or rng.random() < 0.1 else ""
            spoken.append(f"{self.number(value, rng)} {unit}{plural}")
        return rng.choice([" ", " and "]).join(spoken)
