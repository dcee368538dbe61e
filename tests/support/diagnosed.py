"""Evidence of a small desktop cloud that is well; tests spoil what they are about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.core.severity import Severity
from yunwei.monitor.inventory.facts import Neighbour
from yunwei.operate.diagnosis.facts.evidence import (
    Attempt,
    Evidence,
    Own,
    OwnDesktop,
    OwnHost,
    OwnUser,
    StandingAlarm,
    Subject,
    SubjectKind,
    Usual,
)

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
ME, MINE = "li.lei", "d-0-0"
HOSTS, EACH = 3, 8


def neighbour(host: int, place: int, **changes: Any) -> Neighbour:
    usual = Neighbour(
        native_id=f"d-{host}-{place}",
        name=f"PC-{host}-{place}",
        host=f"h-{host}",
        pool="p-1",
        image="win11",
        agent_version="25.9",
        state=DesktopState.RUNNING,
        login_state=LoginState.CONNECTED,
        state_since=AT - timedelta(hours=2),
        is_in_maintenance=False,
    )
    return replace(usual, **changes)


def attempt(host: int, place: int, **changes: Any) -> Attempt:
    is_mine = (host, place) == (0, 0)
    usual = Attempt(
        login=ME if is_mine else f"user-{host}-{place}",
        desktop=f"d-{host}-{place}",
        started_at=AT - timedelta(minutes=20 - place),
        is_reconnect=False,
        failure="",
        logon_s=30.0,
        rtt_s=0.02,
        usual_rtt_s=0.02,
    )
    return replace(usual, **changes)


PLACES = [(host, place) for host in range(HOSTS) for place in range(EACH)]


def build_evidence(**changes: Any) -> Evidence:
    """A desktop with its user among 24 on three hosts; everybody logged on and is well."""
    desktop = OwnDesktop(
        id=1,
        native_id=MINE,
        name="PC-0-0",
        state=DesktopState.RUNNING,
        login_state=LoginState.CONNECTED,
        state_since=AT - timedelta(hours=2),
        host="h-0",
        host_name="host-0",
        pool="p-1",
        pool_name="Finance",
        image="win11",
        agent_version="25.9",
        logins=(ME,),
        users_now=(ME,),
        is_in_maintenance=False,
    )
    usual = Evidence(
        subject=Subject(kind=SubjectKind.DESKTOP, id=1, name="PC-0-0"),
        from_at=AT - timedelta(minutes=30),
        at=AT,
        source_name="Cloud",
        desktop=desktop,
        user=OwnUser(id=1, login=ME, name="李雷", is_locked=False, is_disabled=False),
        host=OwnHost(name="host-0", is_healthy=True, cpu_ratio=0.5, memory_ratio=0.5),
        pool="p-1",
        pool_name="Finance",
        peers=tuple(neighbour(*each) for each in PLACES),
        crowd=tuple(attempt(*each) for each in PLACES),
        usual=Usual(
            attempts=5000,
            failed_ratio=0.01,
            logon_p50_s=30.0,
            logon_p95_s=45.0,
            rtt_p50_s=0.02,
            rtt_p95_s=0.05,
            per_hour=60.0,
        ),
        past=Own(logon_p50_s=30.0, rtt_p50_s=0.02, connections=40),
        alarms=(),
    )
    return replace(usual, **changes)


def alarm(text: str, path: str, **changes: Any) -> StandingAlarm:
    usual = StandingAlarm(
        id=7,
        alarm_type="x",
        managed_object=path,
        severity=Severity.MAJOR,
        text=text,
        words=text,
        raised_at=AT - timedelta(minutes=10),
    )
    return replace(usual, **changes)


def crowd(**spoiled: Any) -> tuple[Attempt, ...]:
    """The attempts of everybody. spoiled: `only` says which (a test of host and place)."""
    only = spoiled.pop("only", lambda _host, _place: True)
    return tuple(attempt(*each, **(spoiled if only(*each) else {})) for each in PLACES)
