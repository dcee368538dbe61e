"""Builders of what routing knows: people, channels, and the snapshot that holds them."""

from collections.abc import Iterable

from tests.support.alarms import START
from yunwei.base.core.ids import ChannelId, TenantId, UserId
from yunwei.monitor.notify.facts.channels import Channel, ChannelKind
from yunwei.monitor.notify.facts.routes import Contact, Route, Snapshot

PROVIDER, CUSTOMER, OTHER = TenantId(1), TenantId(2), TenantId(3)

_KINDS = (
    ChannelKind(slug="webhook", is_personal=False),
    ChannelKind(slug="email", is_personal=True),
)


def build_contact(user: int, tenant: int = PROVIDER, **changes: object) -> Contact:
    fields: dict[str, object] = {
        "user": UserId(user),
        "username": f"p{user}",
        "name": f"person {user}",
        "email": f"p{user}@yw.example",
        "phone": "",
        "tenant": TenantId(tenant),
        "role": "operator",
        "language": "zh-hans",
        "time_zone": "Asia/Shanghai",
    }
    return Contact(**{**fields, **changes})  # type: ignore[arg-type]


def build_channel(id: int, kind: str, **changes: object) -> Channel:
    fields: dict[str, object] = {
        "id": ChannelId(id),
        "tenant": PROVIDER,
        "kind": kind,
        "name": f"{kind} {id}",
        "settings": {},
        "secrets_set": (),
        "language": "en",
        "is_enabled": True,
        "changed_at": START,
    }
    return Channel(**{**fields, **changes})  # type: ignore[arg-type]


def build_snapshot(
    *,
    people: Iterable[Contact] = (),
    channels: Iterable[Channel] = (),
    routes: Iterable[Route] = (),
    public_url: str = "https://yw.example",
) -> Snapshot:
    return Snapshot(
        routes=tuple(routes),
        policies={},
        channels={each.id: each for each in channels},
        contacts=tuple(people),
        kinds={each.slug: each for each in _KINDS},
        provider=PROVIDER,
        tenant_names={PROVIDER: "Provider", CUSTOMER: "Customer A"},
        public_url=public_url,
    )
