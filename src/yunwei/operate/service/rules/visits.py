"""What a visit may say, when what may be done to it, and what a signature on it is. Pure."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from math import dist, isfinite
from zoneinfo import ZoneInfo

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.operate.service.facts.visits import (
    Position,
    SignDraft,
    Visit,
    VisitDraft,
    VisitFile,
    VisitSignature,
    VisitState,
    Work,
)
from yunwei.operate.service.rules.seals import sha256_of

_LONGEST_TEXT = 8000
_LONGEST_NAME = 200
_LONGEST_VISIT = timedelta(days=14)
_LATER, _USUAL = timedelta(hours=2), timedelta(hours=2)
_MOST_MINUTES = 14 * 24 * 60
WIDTH, HEIGHT = 1000, 400
"""Of the box that a signature is drawn in."""
_LEAST_INK = 120.0
_MOST_POINTS = 5000
_STROKES = re.compile(r"(?:\d{1,4},\d{1,3}[ ;]?)+")


def check_visit(draft: VisitDraft) -> VisitDraft:
    """Return a visit that can be so; raises Invalid at the field."""
    if draft.ends_at <= draft.starts_at:
        raise Invalid("ends_at", "it must end after it began")
    if draft.ends_at - draft.starts_at > _LONGEST_VISIT:
        raise Invalid("ends_at", "at most 14 days")
    address = _check_text("address", draft.address)
    if not address:
        raise Invalid("address", "this is required")
    return replace(
        draft,
        address=address,
        contact=_check_text("contact", draft.contact),
        bring=_check_text("bring", draft.bring),
        note=_check_text("note", draft.note),
    )


def propose_times(now: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """Return from when until when a visit is usual: two hours from now for two hours, or next
    morning where that would be over midnight, and count two days."""
    zone = ZoneInfo(time_zone)
    start, end = (now + _LATER).astimezone(zone), (now + _LATER + _USUAL).astimezone(zone)
    if start.date() != end.date():
        morning = datetime.combine(end.date(), time(9), zone)
        return morning.astimezone(UTC), (morning + _USUAL).astimezone(UTC)
    return start.astimezone(UTC), end.astimezone(UTC)


def days_of(draft: VisitDraft, time_zone: str) -> int:
    """Return how many days a visit counts: those of the contract's calendar that it touches, one
    engineer's each."""
    zone = ZoneInfo(time_zone)
    last = (draft.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return (last - draft.starts_at.astimezone(zone).date()).days + 1


def check_state(visit: Visit, *states: VisitState) -> None:
    """Raise Conflict unless a visit is in one of these states."""
    if visit.state not in states:
        raise Conflict("this is not possible while the visit is as it is")


def check_position(position: Position | None) -> Position | None:
    """Return a position on Earth; raises Invalid at `position`."""
    if position is None:
        return None
    numbers = (position.latitude, position.longitude, position.accuracy_m)
    is_there = all(map(isfinite, numbers)) and position.accuracy_m >= 0
    if not is_there or abs(position.latitude) > 90 or abs(position.longitude) > 180:
        raise Invalid("position", "this is not a position")
    return Position(
        latitude=round(position.latitude, 6),
        longitude=round(position.longitude, 6),
        accuracy_m=round(position.accuracy_m, 1),
    )


def check_work(work: Work) -> Work:
    """Return a result that can be so; raises Invalid at the field."""
    result = _check_text("result", work.result)
    if not result:
        raise Invalid("result", "say what came of it")
    if not 0 <= work.minutes <= _MOST_MINUTES:
        raise Invalid("minutes", "between 0 and 20160")
    return replace(work, result=result)


def check_signature(draft: SignDraft) -> SignDraft:
    """Return who signs; raises Invalid at the field."""
    name = draft.name.strip()
    if not name:
        raise Invalid("name", "this is required")
    for field, text in (("name", name), ("role", draft.role)):
        if len(text) > _LONGEST_NAME or not text.strip().isprintable():
            raise Invalid(field, "at most 200 characters")
    remark = _check_text("remark", draft.remark)
    return replace(draft, name=name, role=draft.role.strip(), remark=remark)


def draw_signature(strokes: str) -> bytes:
    """Return a signature as an SVG picture of our own making, from its strokes. Raises Invalid at
    `strokes` for what is no drawing, or too little of one."""
    text = strokes.strip()
    if not text:
        raise Invalid("strokes", "sign in the box")
    if len(text) > 10 * _MOST_POINTS or not _STROKES.fullmatch(text):
        raise Invalid("strokes", "this is no drawing")
    lines = [_read_stroke(each) for each in text.split(";") if each.strip()]
    if sum(map(len, lines)) > _MOST_POINTS:
        raise Invalid("strokes", "this is no drawing")
    ink = sum(dist(a, b) for line in lines for a, b in pairwise(line))
    if ink < _LEAST_INK:
        raise Invalid("strokes", "sign in the box")
    paths = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in line)}"/>'
        for line in lines
        if len(line) > 1
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}"><g fill="none" stroke="#1a2b4c" stroke-width="6"'
        f' stroke-linecap="round" stroke-linejoin="round">{paths}</g></svg>'
    ).encode()


def _read_stroke(text: str) -> list[tuple[int, int]]:
    points = []
    for each in text.split():
        x, _comma, y = each.partition(",")
        if int(x) > WIDTH or int(y) > HEIGHT:
            raise Invalid("strokes", "this is no drawing")
        points.append((int(x), int(y)))
    return points


def seal_visit(visit: Visit, files: tuple[VisitFile, ...]) -> str:
    """Return the hash over all that a customer signs."""
    names = ("id", "ticket", "contract", "starts_at", "ends_at", "engineer_name", "address")
    more = ("arrived_at", "arrived_by", "result", "minutes", "done_at", "done_by", "days")
    said = {name: _plain(getattr(visit, name)) for name in (*names, *more)}
    return sha256_of({**said, "files": [each.sha256 for each in files]})


def digest_signature(signature: VisitSignature) -> str:
    """Return the hash over a signature: who, when, how, and of what."""
    names = ("name", "role", "remark", "method", "at", "by", "address", "image_sha256", "seal")
    return sha256_of({name: _plain(getattr(signature, name)) for name in names})


def _plain(value: object) -> object:
    """Return a value in a form that no time zone of a session changes."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def is_intact(
    visit: Visit, files: tuple[VisitFile, ...], signature: VisitSignature, image_sha256: str
) -> bool:
    """Say whether a visit, its files and its signature are what was signed."""
    return (
        seal_visit(visit, files) == signature.seal
        and digest_signature(signature) == signature.digest
        and image_sha256 == signature.image_sha256
    )


def _check_text(field: str, text: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST_TEXT or "\0" in text:
        raise Invalid(field, "at most 8000 characters")
    return text
