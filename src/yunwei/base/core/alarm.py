"""A raw alarm: one report about one managed object, as the desktop cloud said it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.severity import Severity
from yunwei.base.core.times import require_aware


class AlarmAct(StrEnum):
    """What a raw alarm says happened.

    raise: the fault is there (again). clear: it is gone. notice: something happened that has
    no end (a restart); it is kept and shown as an alarm that is cleared from the start.
    """

    RAISE = "raise"
    CLEAR = "clear"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAlarm:
    """One report of a source, before any decision.

    native_id: unique for this report within its source; the same report read twice has the same
        native_id, which is how it is applied once.
    managed_object: path from the large to the small, `/host/H-03` or `/pool/finance/desktop/D-7`.
    alarm_type: `host.down`, `huawei.ces.disk_full`, `unmapped.1.3.6.1.4.1.99.0.1`.
    qualifier: tells apart alarms of one type on one object, e.g. the vendor's serial number.
    event_at: the source's clock. received_at: ours.
    raw: the report's own fields, texts only, for people to read.
    serial: the sender's running number of alarms, where it has one: a gap is a lost report.
    is_found: it was not reported, but found by reconciliation with the source's own list.
    """

    tenant: TenantId
    source: SourceId
    native_id: str
    act: AlarmAct
    managed_object: str
    alarm_type: str
    qualifier: str = ""
    severity: Severity
    text: str
    event_at: datetime
    received_at: datetime
    raw: dict[str, str] = field(default_factory=dict)
    serial: int | None = None
    is_found: bool = False

    def __post_init__(self) -> None:
        require_aware(self.event_at, "event_at")
        require_aware(self.received_at, "received_at")
        if not self.managed_object.startswith("/"):
            raise ValueError(f"managed_object is not a path: {self.managed_object!r}")
