"""Who is told of what, in which words, and when a failed message is tried again."""

from tests.support.alarms import START
from yunwei.base.core.condition import parse_condition
from yunwei.base.core.ids import ChannelId, RouteId, TenantId, UserId
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.channels import Channel, ChannelKind
from yunwei.monitor.notify.facts.reaching import About
from yunwei.monitor.notify.facts.routes import Contact, Route, Snapshot
from yunwei.monitor.notify.rules.routing import build_router

PROVIDER, CUSTOMER, OTHER = TenantId(1), TenantId(2), TenantId(3)
EVERYTHING = {"field": "*", "op": "always"}
CRITICAL = {"field": "severity", "op": "eq", "value": "critical"}


def contact(user: int, tenant: TenantId = PROVIDER, **changes: object) -> Contact:
    fields: dict[str, object] = {
        "user": UserId(user),
        "username": f"p{user}",
        "name": f"person {user}",
        "email": f"p{user}@yw.example",
        "phone": "",
        "tenant": tenant,
        "role": "operator",
        "language": "zh-hans",
        "time_zone": "Asia/Shanghai",
    }
    return Contact(**{**fields, **changes})  # type: ignore[arg-type]


def channel(id: int, kind: str, *, is_enabled: bool = True) -> Channel:
    return Channel(
        id=ChannelId(id),
        tenant=PROVIDER,
        kind=kind,
        name=f"{kind} {id}",
        settings={},
        secrets_set=(),
        language="en",
        is_enabled=is_enabled,
        changed_at=START,
    )


def route(id: int, condition: object = EVERYTHING, **changes: object) -> Route:
    fields: dict[str, object] = {
        "id": RouteId(id),
        "tenant": PROVIDER,
        "position": id,
        "name": f"route {id}",
        "condition": parse_condition(condition),
        "channels": (),
        "people": (),
        "roles": ("operator",),
        "policy": None,
        "on_screen": True,
        "tells_clear": True,
        "goes_on": False,
        "is_enabled": True,
        "changed_at": START,
    }
    return Route(**{**fields, **changes})  # type: ignore[arg-type]


def told(*routes: Route, people: tuple[Contact, ...], tenant: int = CUSTOMER) -> list[str]:
    """Return "route: way person" for every target of a major alarm of a customer."""
    channels = [channel(1, "webhook"), channel(2, "email"), channel(3, "webhook", is_enabled=False)]
    snapshot = Snapshot(
        routes=routes,
        policies={},
        channels={each.id: each for each in channels},
        contacts=people,
        kinds={
            "webhook": ChannelKind(slug="webhook", is_personal=False),
            "email": ChannelKind(slug="email", is_personal=True),
        },
        provider=PROVIDER,
        tenant_names={},
    )
    about = About(
        tenant=TenantId(tenant), managed_object="/host/H-03", severity=Severity.MAJOR, at=START
    )
    return [
        f"{target.route.id}: {target.channel.kind if target.channel else 'screen'}"
        f" {target.contact.user if target.contact else '-'}"
        for target in build_router(snapshot)(about, {"severity": "major"}).targets
        if not target.skipped
    ]


def test_first_matching_route_counts() -> None:
    assert told(route(1, CRITICAL), route(2), route(3), people=(contact(7),)) == ["2: screen 7"]


def test_route_that_goes_on_adds_to_the_next_without_doubles() -> None:
    routes = (route(1, goes_on=True), route(2, channels=(1,)))
    assert told(*routes, people=(contact(7),)) == ["1: screen 7", "2: webhook -"]


def test_customer_and_provider_are_both_asked() -> None:
    routes = (route(1), route(2, tenant=CUSTOMER, roles=("customer_contact",)))
    people = (contact(7), contact(8, CUSTOMER, role="customer_contact"))
    assert told(*routes, people=people) == ["2: screen 8", "1: screen 7"]


def test_person_limited_to_other_customers_is_not_told() -> None:
    people = (contact(7, customers=(OTHER,)), contact(8, customers=(CUSTOMER,)))
    assert told(route(1), people=people) == ["1: screen 8"]


def test_strangers_route_is_never_asked() -> None:
    assert told(route(1, tenant=OTHER), people=(contact(7, OTHER),)) == []


def test_personal_channel_needs_an_address_and_a_disabled_one_is_left_out() -> None:
    people = (contact(7), contact(8, email=""))
    found = told(route(1, channels=(2, 3), on_screen=False), people=people)
    assert found == ["1: email 7"]


def test_disabled_route_is_left_out() -> None:
    assert told(route(1, is_enabled=False), people=(contact(7),)) == []
