"""What travels from the receivers and pollers to `govern`: batches, each stored durably as one."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.times import require_aware


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """What came to a source that is known already. address: the sender's IP."""

    tenant: TenantId
    source: SourceId
    received_at: datetime
    address: str
    data: bytes

    def __post_init__(self) -> None:
        require_aware(self.received_at, "received_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedDatagram(_Received):
    """A trap or inform as it came.

    data: of v3, in the plain form: authentic and without its security, so that it can be read
    without a key.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPayload(_Received):
    """What another system posted, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Datagrams or posts of one sender that were not taken, over one reporting interval.

    reason: `unknown_community`, `malformed`, `oversized`, `unsupported_version`, `overload`; of
    SNMP v3 `unknown_user`, `wrong_digest`, `undecryptable`, `unsupported_level`,
    `not_in_time_window`; of webhooks `unknown_token`, `wrong_signature`, `too_large`, `too_often`.
    sample: the first of them, cut at 1,500 bytes.
    tenant, source: whose the sender claims to be, None when it names nobody that we know.
    """

    reason: str
    address: str
    count: int
    first_at: datetime
    last_at: datetime
    sample: bytes = b""
    tenant: TenantId | None = None
    source: SourceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeBatch:
    """One durable append. batch_id is unique for ever; an item's id is `batch_id:position`.

    letter: the dead letter that is replayed by this batch, which holds nothing else.
    """

    batch_id: str
    datagrams: tuple[ReceivedDatagram, ...] = ()
    raw_alarms: tuple[RawAlarm, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    payloads: tuple[ReceivedPayload, ...] = ()
    letter: int | None = None
