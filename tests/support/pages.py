"""A desktop cloud of customer A with many desktops, for the pages; and browsers that read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from tests.support.alarms import build_raw
from tests.support.people import Standing, make_people
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    LicenceSeen,
    LoginState,
    PoolSeen,
    Reading,
    ReadingPage,
    SessionSeen,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.facts import Poll, SourceDraft
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.plugins.sdk.contract import Read

DESKTOPS = 60
SECRET = "sehr-geheim-4711"
SETTINGS = {"endpoint": "http://127.0.0.1:9", "project_id": "p", "ak": "a", "sk": SECRET}


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """What the pages show. alarms: ids, oldest first."""

    people: Standing
    tenant: TenantId
    source: SourceId
    alarms: tuple[int, ...]
    now: datetime


def make_cloud() -> Cloud:
    """Make 60 desktops (every 6th stopped, the first named like a formula) and three alarms."""
    people, now = make_people(), SystemClock().now()
    tenant = people.a.id
    draft = SourceDraft(
        tenant=tenant, connector="huawei_workspace", name="Cloud A", settings=SETTINGS
    )
    source = collect_actions.add_source(people["root"], draft)
    poll = Poll(
        source=source.id,
        tenant=tenant,
        source_name=source.name,
        connector=source.connector,
        read=Read.INVENTORY,
        started_at=now,
    )
    with transaction() as conn:
        inventory_actions.apply_page(conn, poll, ReadingPage(readings=_readings(), read_at=now))
        steps = alarm_actions.apply_raw_alarms(conn, _raw_alarms(tenant, source.id), now=now)
    alarms = tuple(int(step.after.id) for step in steps if step.after)
    return Cloud(people=people, tenant=tenant, source=source.id, alarms=alarms, now=now)


def _readings() -> tuple[Reading, ...]:
    readings: list[Reading] = [
        PoolSeen(native_id="p1", name="财务桌面池"),
        LicenceSeen(native_id="ccu", name="并发许可", total=100, used=97),
    ]
    for number in range(DESKTOPS):
        is_stopped = number % 6 == 5
        login = "una" if number == 1 else f"user{number:02d}"
        readings += [
            DesktopUserSeen(native_id=f"u{number}", login=login, department="财务部"),
            DesktopSeen(
                native_id=f"d{number}",
                name="=1+1" if number == 0 else f"PC-{number:02d}",
                kind=DesktopKind.DEDICATED,
                state=DesktopState.STOPPED if is_stopped else DesktopState.RUNNING,
                login_state=LoginState.UNREGISTERED if is_stopped else LoginState.CONNECTED,
                pool="p1",
                ip=f"10.0.0.{number}",
                logins=(login,),
            ),
        ]
        if not is_stopped:
            readings.append(
                SessionSeen(desktop=f"d{number}", login=login, state=LoginState.CONNECTED)
            )
    return tuple(readings)


def _raw_alarms(tenant: TenantId, source: SourceId) -> list[Any]:
    severities = (Severity.WARNING, Severity.CRITICAL, Severity.MAJOR)
    return [
        build_raw(
            minutes=number,
            managed_object=f"/desktop/PC-0{number + 1}",
            severity=severity,
            text=f"磁盘将满 <b>{number}</b>",
            tenant=tenant,
            source=source,
        )
        for number, severity in enumerate(severities)
    ]


def sign_in(name: str, *, htmx_target: str | None = None) -> Client:
    """Return a browser in which somebody has signed in; with a target, HTMX asks."""
    headers = {"HX-Request": "true", "HX-Target": htmx_target} if htmx_target is not None else {}
    client = Client(headers=headers)
    client.force_login(get_user_model().objects.get(username=name))
    return client


class Page(HTMLParser):
    """The parts of a page that tests ask for, by their `data-test`."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.tests: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.html = response.content.decode()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("data-test"):
            self.tests.append(found["data-test"] or "")
        if tag == "a":
            self.links.append(found.get("href") or "")

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, name: str) -> int:
        return self.tests.count(name)

    def link(self, part: str) -> str:
        """Return the first link whose address holds this."""
        return next(link for link in self.links if part in link)


def tomorrow(cloud: Cloud) -> str:
    """Return a local date and time as a form sends it."""
    return (cloud.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
