"""Calendar expressions as people write and read them: a text form, and a sentence. Pure.

    workday 22:00-06:00; rest_day; month_end(2) night in Asia/Shanghai

A semicolon stands between clauses, of which one is enough; within a clause all parts must hold:
days of the week (`mon,tue`, `mon-fri`), kinds of days, `month_start`, `month_end` (with a number
of days in brackets), hours (`22:00-06:00`, `night`). `workday` means every day on which people
work, make-up workdays included. Chinese words are read, too: 工作日、休息日、法定节假日…
"""

import re
from collections.abc import Iterable

from yunwei.base.core.calendar import RESTING, WORKING, DayKind
from yunwei.base.core.calendar_times import CalendarTimes, Clause, check_times
from yunwei.base.core.errors import Invalid
from yunwei.base.core.wall_clock import parse_minute, say_minute

NIGHT = (22 * 60, 6 * 60)
"""What `night` stands for: from 22:00 to 06:00."""

_KIND_WORDS: dict[str, frozenset[DayKind]] = {
    "workday": WORKING,
    "rest_day": RESTING,
    "ordinary_workday": frozenset({DayKind.WORKDAY}),
    "weekend": frozenset({DayKind.WEEKEND}),
    "statutory_holiday": frozenset({DayKind.STATUTORY_HOLIDAY}),
    "makeup_workday": frozenset({DayKind.MAKEUP_WORKDAY}),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = {
    "工作日": "workday",
    "休息日": "rest_day",
    "普通工作日": "ordinary_workday",
    "周末": "weekend",
    "法定节假日": "statutory_holiday",
    "节假日": "statutory_holiday",
    "调休上班": "makeup_workday",
    "调休": "makeup_workday",
    "每天": "daily",
    "夜间": "night",
    "月初": "month_start",
    "月末": "month_end",
} | {f"周{name}": day for name, day in zip("一二三四五六日", _DAYS, strict=True)}
_MONTH = re.compile(r"(month_start|month_end)(?:\((\d{1,2})\))?")
_HOURS = re.compile(r"(\d{1,2}:\d{2})[-–—~](\d{1,2}:\d{2})")
_PUNCTUATION = str.maketrans({"；": ";", "，": ",", "、": ",", "：": ":", "（": "(", "）": ")"})


def parse_times_text(text: str, *, time_zone: str, field: str = "times") -> CalendarTimes:
    """Return the expression of a text form; raises Invalid at `field`.

    time_zone: taken where the text does not name one after `in`.
    """
    body, _in, zone = text.translate(_PUNCTUATION).strip().partition(" in ")
    clauses = tuple(_parse_clause(each, field) for each in body.split(";") if each.strip())
    return check_times(
        CalendarTimes(clauses=clauses, time_zone=zone.strip() or time_zone), field=field
    )


def _parse_clause(text: str, field: str) -> Clause:
    parts: dict[str, object] = {}
    for token in re.sub(r"\s*,\s*", ",", text.strip()).split():
        for name, value in _read_token(token, field).items():
            if name in parts:
                raise Invalid(field, f"said twice: {token}")
            parts[name] = value
    return Clause(**parts)  # type: ignore[arg-type]


def _read_token(token: str, field: str) -> dict[str, object]:
    words = [_CHINESE.get(word, word.lower()) for word in token.split(",")]
    word = words[0]
    if hours := _HOURS.fullmatch(token):
        return _hours(parse_minute(hours[1], field=field), parse_minute(hours[2], field=field))
    if len(words) == 1 and word == "daily":
        return {}
    if len(words) == 1 and word == "night":
        return _hours(*NIGHT)
    if len(words) == 1 and (month := _read_month(token)):
        return month
    if all(each in _KIND_WORDS for each in words):
        kinds = frozenset().union(*(_KIND_WORDS[each] for each in words))
        return {"kinds": tuple(kind for kind in DayKind if kind in kinds)}
    return {"weekdays": _read_weekdays(words, field)}


def _hours(start: int, end: int) -> dict[str, object]:
    return {"from_minute": start, "until_minute": end}


def _read_month(token: str) -> dict[str, object] | None:
    for chinese in ("月初", "月末"):
        token = token.replace(chinese, _CHINESE[chinese])
    found = _MONTH.fullmatch(token.lower())
    return {f"{found[1]}_days": int(found[2] or 1)} if found else None


def _read_weekdays(words: Iterable[str], field: str) -> tuple[int, ...]:
    days: set[int] = set()
    for word in words:
        first, _dash, last = word.partition("-")
        first, last = _CHINESE.get(first, first), _CHINESE.get(last, last)
        if first not in _DAYS or (last and last not in _DAYS):
            raise Invalid(field, f"there is no such word: {word}")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days |= {number % 7 for number in range(start, end + 1 + (7 if end < start else 0))}
    return tuple(sorted(days))


def times_to_text(times: CalendarTimes) -> str:
    """Return the text form; `parse_times_text` of it gives an equal expression."""
    clauses = "; ".join(_clause_to_text(clause) for clause in times.clauses)
    return f"{clauses} in {times.time_zone}"


def _clause_to_text(clause: Clause) -> str:
    parts: list[str] = []
    if clause.weekdays:
        parts.append(",".join(_DAYS[day] for day in sorted(set(clause.weekdays))))
    if clause.kinds:
        parts.append(",".join(_kind_words(clause)))
    for name, days in (("start", clause.month_start_days), ("end", clause.month_end_days)):
        if days:
            parts.append(f"month_{name}" + (f"({days})" if days > 1 else ""))
    if (clause.from_minute, clause.until_minute) == NIGHT:
        parts.append("night")
    elif (clause.from_minute, clause.until_minute) != (0, 0):
        parts.append(f"{say_minute(clause.from_minute)}-{say_minute(clause.until_minute)}")
    return " ".join(parts) or "daily"


def _kind_words(clause: Clause) -> list[str]:
    left = set(clause.kinds)
    words: list[str] = []
    for word, kinds in _KIND_WORDS.items():
        if kinds <= left:
            words.append(word)
            left -= kinds
    return words


_SAID_KINDS = {
    "workday": ("工作日（含调休上班）", "workdays (make-up workdays included)"),
    "rest_day": ("休息日（周末和法定节假日）", "rest days (weekends and statutory holidays)"),
    "ordinary_workday": ("普通工作日", "ordinary workdays"),
    "weekend": ("周末", "weekends"),
    "statutory_holiday": ("法定节假日", "statutory holidays"),
    "makeup_workday": ("调休上班日", "make-up workdays"),
}
_SAID_DAYS = (
    ("周一", "Monday"),
    ("周二", "Tuesday"),
    ("周三", "Wednesday"),
    ("周四", "Thursday"),
    ("周五", "Friday"),
    ("周六", "Saturday"),
    ("周日", "Sunday"),
)


def say_times(times: CalendarTimes, language: str) -> str:
    """Return a sentence of when it holds. language: `zh…`, else English."""
    said, zone = _say_clauses(times, language), times.time_zone
    return f"{said}（{zone} 时间）" if language.startswith("zh") else f"{said} ({zone} time)"


def say_times_text(text: str, language: str) -> str:
    """Return the sentence of a text form, without a time zone where it names none: it is that of
    what it belongs to. Raises Invalid."""
    times = parse_times_text(text, time_zone="UTC")
    return say_times(times, language) if " in " in text else _say_clauses(times, language)


def _say_clauses(times: CalendarTimes, language: str) -> str:
    is_chinese = language.startswith("zh")
    said = (_say_clause(clause, is_chinese=is_chinese) for clause in times.clauses)
    return ("；或" if is_chinese else "; or ").join(said)


def _say_clause(clause: Clause, *, is_chinese: bool) -> str:
    pick = 0 if is_chinese else 1
    comma = "、" if is_chinese else ", "
    days: list[str] = []
    if clause.weekdays:
        days.append(comma.join(_SAID_DAYS[day][pick] for day in sorted(set(clause.weekdays))))
    if clause.kinds:
        days.append(comma.join(_SAID_KINDS[word][pick] for word in _kind_words(clause)))
    days += _say_month(clause, is_chinese=is_chinese)
    if is_chinese:
        return f"{'且为'.join(days) or '每天'}{_say_hours(clause, is_chinese=True)}"
    said = f"on {' that are also '.join(days)}" if days else "every day"
    return said + _say_hours(clause, is_chinese=False)


def _say_month(clause: Clause, *, is_chinese: bool) -> list[str]:
    said: list[str] = []
    for days, chinese, english in (
        (clause.month_start_days, "每月头", "first"),
        (clause.month_end_days, "每月最后", "last"),
    ):
        if days and is_chinese:
            said.append(f"{chinese} {days} 天")
        elif days:
            said.append(f"the {english} {f'{days} days' if days > 1 else 'day'} of the month")
    return said


def _say_hours(clause: Clause, *, is_chinese: bool) -> str:
    if clause.is_all_day:
        return "全天" if is_chinese else ", all day"
    start, end = say_minute(clause.from_minute), say_minute(clause.until_minute)
    is_overnight = clause.until_minute <= clause.from_minute
    if is_chinese:
        return f" {start}–{'次日 ' if is_overnight else ''}{end}"
    return f" from {start} to {end}{' of the next day' if is_overnight else ''}"
