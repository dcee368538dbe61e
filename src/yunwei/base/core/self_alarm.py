"""Builds alarms about the platform itself, as its own source reports them. Pure."""

from datetime import datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.own_texts import say_both
from yunwei.base.core.severity import Severity


def build_self_alarm(
    *,
    source: SourceId,
    tenant: TenantId,
    act: AlarmAct,
    code: str,
    managed_object: str,
    texts: tuple[str, str],
    now: datetime,
    severity: Severity = Severity.MAJOR,
    raw: dict[str, str] | None = None,
) -> RawAlarm:
    """Return a raw alarm of the internal source.

    code: alarm type, e.g. `notify.message_dead`; its first word is one of `own_texts.AREAS`.
    texts: Chinese and English; an alarm has one text for all its readers, so it says both.
    """
    return RawAlarm(
        tenant=tenant,
        source=source,
        native_id=f"{code}-{managed_object}-{act.value}-{now.timestamp():.3f}",
        act=act,
        managed_object=managed_object,
        alarm_type=code,
        severity=severity,
        text=say_both(*texts),
        event_at=now,
        received_at=now,
        raw=raw or {},
    )
