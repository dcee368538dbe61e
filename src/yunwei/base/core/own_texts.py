"""Our own words in both languages, joined to one text and parted again for a reader. Pure.

An alarm has one text for all its readers. The platform's own say it twice, `中文 / English`; who
reads one gets his half. What others report is never touched.
"""

import re
from typing import Protocol

JOINT = " / "
# the first words of the types of what the platform itself says
AREAS = frozenset(
    {
        "calendar",
        "duty",
        "governance",
        "intake",
        "licence",
        "notify",
        "remedy",
        "situation",
        "source",
        "threshold",
        "timetable",
        "trigger",
    }
)
_STROKE = re.compile(r"\s*/\s*")
_WORD = re.compile(r"\b[a-z]{2,}\b")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


class Worded(Protocol):
    """What has a text and the type that says whose words these are."""

    @property
    def text(self) -> str: ...
    @property
    def alarm_type(self) -> str: ...


def say_both(zh: str, en: str) -> str:
    """Return one text of both halves. `read_in` parts it again.

    A name that stands in both halves may have any characters.
    """
    zh, en = zh.strip(), en.strip()
    text = f"{zh}{JOINT}{en}"
    if _part(text) == (zh, en):
        return text
    # what looks like the joint, at an edge or in one half only, would hide where they part
    return JOINT.join(_STROKE.sub("/", each) for each in (zh, en))


def read_in(text: str, alarm_type: str, language: str) -> str:
    """Return the half of a text in a reader's language: Chinese for `zh…`, else English.

    All of it where it is not ours, or where no two halves can be told for certain.
    """
    if alarm_type.partition(".")[0] not in AREAS:
        return text
    halves = _part(text)
    if halves is None:
        return text
    zh, en = halves
    if not language.startswith("zh"):
        return en
    return zh + _missing_detail(zh, en) if alarm_type.startswith("source.") else zh


def add_to_both(text: str, alarm_type: str, more: str) -> str:
    """Return a text with more behind it: behind both halves, where it has two."""
    zh, en = (read_in(text, alarm_type, each) for each in ("zh", "en"))
    return text + more if zh == en else say_both(zh + more, en + more)


def read_alarm(alarm: Worded, language: str) -> str:
    """Return the text of an alarm in a reader's language."""
    return read_in(alarm.text, alarm.alarm_type, language)


def _part(text: str) -> tuple[str, str] | None:
    # what looks like a joint within a half stands in the other, too: the middle one parts them
    parts = text.split(JOINT)
    if len(parts) % 2:
        return None
    middle = len(parts) // 2
    zh, en = JOINT.join(parts[:middle]), JOINT.join(parts[middle:])
    # Chinese in the English half can only be of names, and these stand in the other half, too
    is_english = _WORD.search(en) and all(each in zh for each in _HAN.findall(en))
    return (zh, en) if is_english and _HAN.search(zh) else None


def _missing_detail(zh: str, en: str) -> str:
    # in older rows only the English half says what exactly a source answered
    detail = en.partition("”")[2].partition(": ")[2]
    return f"：{detail}" if detail and not zh.endswith(detail) else ""
