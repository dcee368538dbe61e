"""What is said of licences: each change, an end that comes near, and use that leaves no room. Pure.

A change is a notice. The first reminders of an end are notices, too; the last week stands as an
alarm until the licence is renewed or over, and so does use above a threshold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.own_texts import say_both
from yunwei.base.core.severity import Severity
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory.facts import Change, LicenceStanding, UntoldChange
from yunwei.monitor.inventory.rules.licence_names import call_licence

DAY = timedelta(days=1)
# days before the end at which people are told; the last of them stand as an alarm
STEPS = (90, 60, 30, 14, 7, 1, 0)
STANDS_FROM = 7
SOON = timedelta(days=30)
SCARCE_AT, SPENT_AT = 0.85, 0.95
# by so much must the use fall below a threshold before it counts as below
_HYSTERESIS = 0.02
_LOSSES = frozenset({"edition", "server", "binding", "grace_ends_at"})
_TIMES = frozenset({"expires_at", "grace_ends_at"})
_FIELDS = {
    "exists": ("存在", "exists"),
    "name": ("名称", "name"),
    "kind": ("类型", "kind"),
    "total": ("总数", "owned"),
    "expires_at": ("到期", "ends"),
    "edition": ("版本", "edition"),
    "server": ("许可服务器", "licence server"),
    "binding": ("绑定", "binding"),
    "grace_ends_at": ("宽限期至", "grace until"),
}


class Told(StrEnum):
    """The alarm types of licences. A reminder is a notice, the others stand, but for changes."""

    CHANGED = "licence.changed"
    REMINDER = "licence.reminder"
    EXPIRING = "licence.expiring"
    EXPIRED = "licence.expired"
    SCARCE = "licence.scarce"


class UseLevel(IntEnum):
    """How full a licence is. scarce, spent: at its thresholds; full: nothing is left."""

    PLENTY = 0
    SCARCE = 1
    SPENT = 2
    FULL = 3


_USE_SEVERITY = {
    UseLevel.SCARCE: Severity.MINOR,
    UseLevel.SPENT: Severity.MAJOR,
    UseLevel.FULL: Severity.CRITICAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What has been told of a licence from now on, and what is to be told now."""

    expiry_step: int | None
    use_level: UseLevel
    alarms: tuple[RawAlarm, ...]


def find_step(expires_at: datetime | None, at: datetime) -> int | None:
    """Return the nearest of `STEPS` that has been reached, None while the end is far or unknown."""
    if expires_at is None:
        return None
    left = (expires_at - at) / DAY
    return min((step for step in STEPS if left <= step), default=None)


def find_level(
    ratio: float | None, before: UseLevel, *, scarce_at: float, spent_at: float
) -> UseLevel:
    """Return how full a licence is; a level is left only well below its threshold.

    ratio: used / total, None when either is not known: the level stays as it was then.
    """
    if ratio is None:
        return before
    thresholds = ((UseLevel.FULL, 1.0), (UseLevel.SPENT, spent_at), (UseLevel.SCARCE, scarce_at))
    for level, threshold in thresholds:
        if ratio >= (threshold - _HYSTERESIS if level <= before else threshold):
            return level
    return UseLevel.PLENTY


def judge(poll: Poll, licence: LicenceStanding, *, at: datetime) -> Judged:
    """Return what is to be told of a licence, each once, and what has been told then."""
    is_there = licence.gone_at is None
    step = find_step(licence.expires_at, at) if is_there else None
    before = UseLevel(licence.use_level)
    limits = {"scarce_at": licence.scarce_at, "spent_at": licence.spent_at}
    level = find_level(licence.used_ratio, before, **limits) if is_there else UseLevel.PLENTY
    alarms = [*_of_the_end(poll, licence, step, at)]
    if level is not before:
        alarms.append(_of_use(poll, licence, level, at))
    return Judged(expiry_step=step, use_level=level, alarms=tuple(alarms))


def tell_changes(poll: Poll, changes: Sequence[UntoldChange]) -> Iterator[RawAlarm]:
    """Yield a notice for each licence and instant of which changes have not been told."""
    found: dict[tuple[str, datetime], list[UntoldChange]] = {}
    for change in changes:
        found.setdefault((change.native_id, change.at), []).append(change)
    for (native_id, at), told in found.items():
        name = told[0].name
        called = call_licence(name, native_id)
        zh = "；".join(_say(each, 0) for each in told)
        en = "; ".join(_say(each, 1) for each in told)
        yield _build(
            poll,
            (native_id, name),
            Told.CHANGED,
            AlarmAct.NOTICE,
            severity=max((_weigh(each) for each in told), key=lambda severity: severity.rank),
            text=say_both(f"许可“{called.zh}”有变更：{zh}", f"Licence “{called.en}” changed: {en}"),
            at=at,
            raw={each.field: f"{each.before} → {each.after}" for each in told},
        )


def _weigh(change: Change | UntoldChange) -> Severity:
    if change.field == "exists":
        return Severity.MAJOR if change.after == "no" else Severity.WARNING
    if change.field == "total" and change.after and _is_less(change.after, change.before):
        return Severity.MAJOR
    if change.field == "expires_at" and change.after and change.after < (change.before or "~"):
        return Severity.MINOR
    return Severity.MINOR if change.field in _LOSSES else Severity.WARNING


def _is_less(after: str, before: str) -> bool:
    # without a limit before, any limit is less
    return not before or float(after) < float(before)


def _say(change: UntoldChange, language: int) -> str:
    word = _FIELDS.get(change.field, (change.field, change.field))[language]
    if change.field == "exists":
        gone = ("已从来源中消失", "is gone from its source")
        new = ("已出现在来源中", "has appeared in its source")
        return (gone if change.after == "no" else new)[language]
    nothing = (("无限制", "no limit") if change.field == "total" else ("无", "none"))[language]
    shorten = _shorten if change.field in _TIMES else str
    before, after = (shorten(text) or nothing for text in (change.before, change.after))
    return f"{word} {before} → {after}"


def _shorten(text: str) -> str:
    # midnight is no part of a day that people speak of
    day, _, time = text.removesuffix("Z").partition("T")
    return day if time in {"", "00:00:00"} else f"{day} {time.removesuffix(':00')} UTC"


def _of_the_end(
    poll: Poll, licence: LicenceStanding, step: int | None, at: datetime
) -> Iterator[RawAlarm]:
    told, is_over = licence.expiry_step, step == 0
    stood, stands = (each is not None and 0 < each <= STANDS_FROM for each in (told, step))
    if stood and not stands:
        yield _of_ending(poll, licence, AlarmAct.CLEAR, at)
    if licence.is_expired != is_over:
        yield _of_expired(poll, licence, AlarmAct.RAISE if is_over else AlarmAct.CLEAR, at)
    if step is None or step == told:
        return
    if stands:
        yield _of_ending(poll, licence, AlarmAct.RAISE, at, step=step)
    elif step and (told is None or step < told):
        yield _of_ending(poll, licence, AlarmAct.NOTICE, at, step=step)


def _of_ending(
    poll: Poll, licence: LicenceStanding, act: AlarmAct, at: datetime, *, step: int = STANDS_FROM
) -> RawAlarm:
    until, left = _day(licence.expires_at), _days_left(licence.expires_at, at)
    name, called = licence.name, call_licence(licence.name, licence.native_id)
    zh = f"许可“{called.zh}”将于 {until} 到期，还剩 {left} 天"
    en = f"Licence “{called.en}” ends on {until}, in {left} day{'' if left == 1 else 's'}"
    if act is AlarmAct.CLEAR:
        zh, en = f"许可“{called.zh}”不再临近到期", f"Licence “{called.en}” no longer ends soon"
    severity = Severity.WARNING if step > 30 else Severity.MINOR
    if step <= STANDS_FROM:
        severity = Severity.CRITICAL if step <= 1 else Severity.MAJOR
    # a reminder has no end, the last week has: they are told apart by their types
    kind = Told.REMINDER if act is AlarmAct.NOTICE else Told.EXPIRING
    raw = {"licence": name, "expires_at": until, "days_left": str(left)}
    return _build(
        poll,
        (licence.native_id, name),
        kind,
        act,
        severity=severity,
        text=say_both(zh, en),
        at=at,
        raw=raw,
    )


def _of_expired(poll: Poll, licence: LicenceStanding, act: AlarmAct, at: datetime) -> RawAlarm:
    name, until = licence.name, _day(licence.expires_at)
    called = call_licence(name, licence.native_id)
    return _build(
        poll,
        (licence.native_id, name),
        Told.EXPIRED,
        act,
        severity=Severity.CRITICAL,
        text=say_both(
            f"许可“{called.zh}”已于 {until} 过期", f"Licence “{called.en}” expired on {until}"
        ),
        at=at,
        raw={"licence": name, "expires_at": until},
    )


def _of_use(poll: Poll, licence: LicenceStanding, level: UseLevel, at: datetime) -> RawAlarm:
    name, act = licence.name, AlarmAct.RAISE if level else AlarmAct.CLEAR
    called = call_licence(name, licence.native_id)
    share = "" if licence.used_ratio is None else f"{licence.used_ratio:.1%}"
    zh, en = f"许可“{called.zh}”余量恢复", f"Licence “{called.en}” has room again"
    if level:
        zh, en = f"许可“{called.zh}”已用 {share}", f"Licence “{called.en}” is used to {share}"
    if level is UseLevel.FULL:
        zh, en = f"许可“{called.zh}”已用尽", f"Licence “{called.en}” is used up"
    raw = {"licence": name, "used": _number(licence.used), "total": _number(licence.total)}
    return _build(
        poll,
        (licence.native_id, name),
        Told.SCARCE,
        act,
        severity=_USE_SEVERITY.get(level, Severity.MINOR),
        text=say_both(
            f"{zh}（{raw['used']} / {raw['total']}）", f"{en} ({raw['used']} / {raw['total']})"
        ),
        at=at,
        raw=raw,
    )


def _build(
    poll: Poll,
    licence: tuple[str, str],
    told: Told,
    act: AlarmAct,
    *,
    severity: Severity,
    text: str,
    at: datetime,
    raw: dict[str, str],
) -> RawAlarm:
    native_id, name = licence
    return RawAlarm(
        tenant=poll.tenant,
        source=poll.source,
        native_id=f"{told}-{native_id}-{act}-{at.timestamp():.3f}",
        act=act,
        managed_object=f"/licence/{name.replace('/', '_')}",
        alarm_type=told.value,
        qualifier=native_id,
        severity=severity,
        text=text,
        event_at=at,
        received_at=at,
        raw=raw,
    )


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d") if at else "-"


def _days_left(expires_at: datetime | None, at: datetime) -> int:
    return max(0, -(-(expires_at - at) // DAY)) if expires_at else 0


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
