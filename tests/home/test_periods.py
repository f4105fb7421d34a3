"""Times that questions are about, asked on a Wednesday evening."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.llmos_assistant.home.questions.periods import find_period

NOW = datetime(2026, 10, 14, 19, 30, tzinfo=ZoneInfo("Europe/London"))


def told(spoken: str, *, past: bool = False) -> str:
    """The period as "14 19:30 – 15 00:00": days of October and times."""
    period = find_period(spoken, NOW, past=past)
    assert period is not None
    start, end = (f"{moment:%-d.%-m. %H:%M}" for moment in (period.start, period.end))
    return start if period.is_moment else f"{start} – {end}"


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("tomorrow", "15.10. 00:00 – 16.10. 00:00"),
        ("tonight", "14.10. 17:00 – 15.10. 06:00"),
        ("friday", "16.10. 00:00 – 17.10. 00:00"),
        ("next friday", "23.10. 00:00 – 24.10. 00:00"),
        ("monday week", "26.10. 00:00 – 27.10. 00:00"),
        ("a week on friday", "23.10. 00:00 – 24.10. 00:00"),
        ("friday evening", "16.10. 17:00 – 17.10. 00:00"),
        ("at the weekend", "17.10. 00:00 – 19.10. 00:00"),
        ("next weekend", "24.10. 00:00 – 26.10. 00:00"),
        ("next week", "19.10. 00:00 – 26.10. 00:00"),
        ("this month", "1.10. 00:00 – 1.11. 00:00"),
        ("the next 3 days", "14.10. 19:30 – 18.10. 00:00"),
        ("in 3 days", "17.10. 00:00 – 18.10. 00:00"),
        ("in 2 hours", "14.10. 21:30"),
        ("6", "15.10. 18:00"),
        ("at 6 on friday", "16.10. 18:00"),
        ("half past 10 tomorrow", "15.10. 10:30"),
        ("saturday at 9:15 am", "17.10. 09:15"),
        ("friday between 2 and 4", "16.10. 14:00 – 16.10. 16:00"),
        ("after 6", "15.10. 18:00 – 16.10. 00:00"),
        ("the 5 th", "5.11. 00:00 – 6.11. 00:00"),
        ("march 3 rd", "3.3. 00:00 – 4.3. 00:00"),
        ("20 first of june", "21.6. 00:00 – 22.6. 00:00"),
        ("sunday the 18 th", "18.10. 00:00 – 19.10. 00:00"),
        ("christmas", "25.12. 00:00 – 26.12. 00:00"),
        ("later", "14.10. 19:30 – 15.10. 00:00"),
        ("now", "14.10. 19:30"),
        ("next year", "1.1. 00:00 – 1.1. 00:00"),
        ("in november", "1.11. 00:00 – 1.12. 00:00"),
        ("in march", "1.3. 00:00 – 1.4. 00:00"),
        ("before 10", "14.10. 19:30 – 14.10. 22:00"),
        ("before 10 tomorrow", "15.10. 00:00 – 15.10. 10:00"),
        ("until friday", "14.10. 19:30 – 16.10. 00:00"),
    ],
)
def test_what_is_to_come(spoken: str, expected: str) -> None:
    assert told(spoken) == expected


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("yesterday", "13.10. 00:00 – 14.10. 00:00"),
        ("before noon", "14.10. 00:00 – 14.10. 12:00"),
        ("before friday", "2.10. 00:00 – 9.10. 00:00"),
        ("last night", "13.10. 19:00 – 14.10. 07:00"),
        ("in the night", "13.10. 19:00 – 14.10. 07:00"),
        ("this morning", "14.10. 05:00 – 14.10. 12:00"),
        ("the last 2 days", "12.10. 19:30 – 14.10. 19:30"),
        ("the last half hour", "14.10. 19:00 – 14.10. 19:30"),
        ("the last 0.5 hour", "14.10. 19:00 – 14.10. 19:30"),
        ("last week", "5.10. 00:00 – 12.10. 00:00"),
        ("since noon", "14.10. 12:00 – 14.10. 19:30"),
        ("since monday", "12.10. 00:00 – 14.10. 19:30"),
        ("monday", "12.10. 00:00 – 13.10. 00:00"),
        ("last friday", "9.10. 00:00 – 10.10. 00:00"),
        ("2 hours ago", "14.10. 17:30"),
        ("10 o'clock", "14.10. 10:00"),
        ("between midnight and 6", "14.10. 00:00 – 14.10. 06:00"),
        ("last weekend", "10.10. 00:00 – 12.10. 00:00"),
        ("october 3 rd", "3.10. 00:00 – 4.10. 00:00"),
        ("the 20 th", "20.9. 00:00 – 21.9. 00:00"),
        ("in november", "1.11. 00:00 – 1.12. 00:00"),
        ("so far", "14.10. 00:00 – 14.10. 19:30"),
        ("at 9 pm", "13.10. 21:00"),
    ],
)
def test_what_has_been(spoken: str, expected: str) -> None:
    assert told(spoken, past=True) == expected


@pytest.mark.parametrize("spoken", ["the kitchen", "february 30", "between tea and supper"])
def test_other_words_are_no_time(spoken: str) -> None:
    assert find_period(spoken, NOW) is None
