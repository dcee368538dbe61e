"""From changes of standings to raw alarms of our own source. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId
from yunwei.base.core.own_texts import say_both
from yunwei.base.core.severity import Severity
from yunwei.monitor.thresholds.facts import Because, Change, Remembered, ThresholdRule
from yunwei.monitor.thresholds.rules import words


def tell_change(
    rule: ThresholdRule, about: Remembered, change: Change, *, internal: SourceId, now: datetime
) -> Iterator[RawAlarm]:
    """Yield what a change says: of levels and of missing measurements, each by itself.

    about: whose it is. The ids are made of the rule and the step, so that a step that is judged
    twice is told once. event_at: the end of the step.
    """
    ended = datetime.fromtimestamp((change.place + 1) * rule.content.step_s, UTC)
    # a rule that was changed judges its last steps anew; what it says then begins with the change,
    # after the end of what its version before said
    teller = _Teller(rule, about, internal=internal, at=max(ended, rule.changed_at), now=now)
    kind = words.alarm_type_of(rule.content)
    if change.level != change.level_before:
        if change.level:
            severity = rule.content.levels[change.level - 1].severity
            raw = _details(rule, change)
            texts = words.say_beyond(rule, about.name, change)
            yield teller.say(AlarmAct.RAISE, kind, texts, severity, raw)
        else:
            yield teller.say(AlarmAct.CLEAR, kind, words.say_over(about.name, change.because))
    if change.is_missing != change.was_missing:
        if change.is_missing:
            severity = rule.content.missing_severity
            texts = words.say_missing(rule, about.name)
            yield teller.say(AlarmAct.RAISE, words.NO_DATA, texts, severity, _details(rule, change))
        else:
            texts = words.say_over(about.name, change.because)
            yield teller.say(AlarmAct.CLEAR, words.NO_DATA, texts)


def tell_end(
    rule: ThresholdRule, about: Remembered, *, internal: SourceId, now: datetime
) -> Iterator[RawAlarm]:
    """Yield the ends of what still stands of an object that a rule is no longer about."""
    standing = about.standing
    is_old = about.version != rule.version
    ended = rule.changed_at if is_old else now
    change = Change(
        place=int(ended.timestamp() // rule.content.step_s) - 1,
        level_before=standing.level,
        level=0,
        was_missing=standing.is_missing,
        is_missing=False,
        value=None,
        usual=None,
        because=Because.NOT_MEANT,
    )
    yield from tell_change(rule, about, change, internal=internal, now=now)


class _Teller:
    def __init__(
        self,
        rule: ThresholdRule,
        about: Remembered,
        *,
        internal: SourceId,
        at: datetime,
        now: datetime,
    ) -> None:
        self._rule, self._about, self._internal = rule, about, internal
        self._at, self._now = at, now

    def say(
        self,
        act: AlarmAct,
        kind: str,
        texts: tuple[str, str],
        severity: Severity = Severity.INDETERMINATE,
        raw: dict[str, str] | None = None,
    ) -> RawAlarm:
        rule, about = self._rule, self._about
        whose = f"{rule.id}.{about.version}-{about.source}-{about.object_id}"
        return RawAlarm(
            tenant=about.tenant,
            source=self._internal,
            native_id=f"{kind}-{whose}-{act.value}-{self._at.timestamp():.0f}",
            act=act,
            managed_object=about.managed_object,
            alarm_type=kind,
            qualifier=f"rule-{rule.id}:{about.object_id}",
            severity=severity,
            text=say_both(*texts),
            event_at=self._at,
            received_at=self._now,
            raw=raw or {"rule": rule.name, "rule_id": str(rule.id)},
        )


def _details(rule: ThresholdRule, change: Change) -> dict[str, str]:
    told = {
        "rule": rule.name,
        "rule_id": str(rule.id),
        "rule_version": str(rule.version),
        "measure": rule.content.measure,
        "reason": change.because.value,
    }
    if change.value is not None:
        told["value"] = f"{change.value:.6g}"
    if change.level:
        told["raise_at"] = f"{rule.content.levels[change.level - 1].raise_at:g}"
    if change.usual is not None:
        told["usual"] = f"{change.usual.median:.6g}"
        told["spread"] = f"{change.usual.spread:.6g}"
    return told
