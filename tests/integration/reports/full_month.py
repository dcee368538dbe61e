"""A month in which everything happens that reports tell of: nothing in them is empty."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tests.integration.reports.support import NOW, apply, at, connection, month, tell
from tests.integration.reports.work import inspect, run
from tests.support.alarms import START, build_raw
from tests.support.pages import Cloud
from tests.support.service import agreed_contract, close_and_answer
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.readings import (
    ConnectionRecord,
    HostSeen,
    LicenceSeen,
    Observation,
    Reading,
)
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.surveys import Answer
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft

LOGINS = ("user02", "user03", "una")
STAGES = {"broker": 2.0, "machine": 3.0, "profile": 15.0}
FAILURES = ("bad password", "no licence available", "timeout")
_OBJECTS = 3


def fill(clickhouse: ClickHouse, cloud: Cloud) -> None:
    """September and October, as sources told of them."""
    tell(clickhouse, cloud, [*_october(), *_september(), *_failed(), *_used()])
    apply(cloud, _stock())
    with transaction() as conn:
        alarm_actions.apply_raw_alarms(conn, list(_alarms(cloud)), now=NOW)
    _serve(cloud)
    _work(cloud)


def _work(cloud: Cloud) -> None:
    """Scripts that were run in both months, with all that may go wrong, and three inspections."""
    run(cloud, "磁盘清理", at(12, 9, month=9), {"succeeded": 9, "failed:1": 1})
    run(cloud, "磁盘清理", at(6, 9), {"succeeded": 7, "failed:3": 2, "skipped:off": 1})
    run(cloud, "补丁安装", at(13, 20), {"succeeded": 4, "timed_out": 1}, waited=True)
    run(cloud, "补丁安装", at(21, 20), {"failed:7": 1}, state="stopped", reason="harmful")
    run(cloud, "注册修复", at(22, 9), {"cancelled:declined": 2}, state="declined", waited=True)
    for when in (at(15, 8, month=9), at(5, 8), at(20, 8)):
        inspect(cloud, when)


def _serve(cloud: Cloud) -> None:
    """A contract, a ticket that was solved and one that is still open."""
    mia = cloud.people["mia"]
    contract = agreed_contract(mia, cloud.tenant, now=at(1, 0), availability=0.999)
    draft = TicketDraft(
        contract=contract, type=ServiceType.REMOTE, priority=Priority.P2, title="black screen"
    )
    solved = tickets.open_ticket(mia, draft, now=at(20, 10))
    entry = EntryDraft(kind=EntryKind.RESOLVED, text="the disk was replaced")
    tickets.write_entry(mia, solved, entry, now=at(20, 11))
    close_and_answer(mia, solved, Answer(csat=5, nps=9), now=at(20, 12))
    tickets.open_ticket(mia, replace(draft, title="slow logon"), now=at(28, 10))


def _october() -> list[Reading]:
    """With stages, delay, and each fifth connection broken and taken up again."""
    told: list[Reading] = []
    for place, each in enumerate(month(logins=LOGINS)):
        if isinstance(each, ConnectionRecord):
            each = replace(each, stages_s=STAGES, rtt_s=0.03 * (1 + place % 4))
            if place % 5 == 0 and each.ended_at:
                again = each.ended_at + timedelta(seconds=40)
                told.append(
                    replace(
                        each,
                        native_id=f"{each.native_id}-again",
                        started_at=again,
                        setup_at=again + timedelta(seconds=5),
                        ended_at=again + timedelta(hours=1),
                        is_reconnect=True,
                        stages_s={},
                    )
                )
        told.append(each)
    return told


def _september() -> Iterator[Reading]:
    for day in range(1, 31):
        for place, login in enumerate(LOGINS[:2]):
            start = at(day, 9, place, month=9)
            yield connection(10_000 + day * 10 + place, login, start, 5)


def _failed() -> Iterator[Reading]:
    for day in range(1, 25):
        tried = connection(20_000 + day, LOGINS[day % 3], at(day, 8), 0)
        reason = FAILURES[day % len(FAILURES)]
        yield replace(tried, setup_at=None, ended_at=at(day, 8, 1), failure=reason)


def _used() -> Iterator[Reading]:
    """Four times a day, how much of a licence and of a pool is in use; of the first always more."""
    for place in range(61 * 4):
        moment = at(1, 2, month=9) + timedelta(hours=6 * place)
        told = ("licence.used", "licence", "ccu", 80.0 + place / 15), (
            "sessions.connected", "pool", "p1", 2.0 + place % 4,
        )  # fmt: skip
        for metric, kind, name, value in told:
            yield Observation(
                metric=metric, object_kind=kind, object_id=name, at=moment, value=value
            )


def _stock() -> list[Reading]:
    hosts = [
        HostSeen(
            native_id=f"h{number}",
            name=f"Host {number}",
            is_healthy=number > 0,
            cpu_total=64,
            cpu_used=20 * number,
            memory_total_mb=262_144,
            memory_used_mb=65_536 * number,
        )
        for number in range(4)
    ]
    return [
        *hosts,
        LicenceSeen(native_id="vol", name="磁盘", total=5000, used=4800, kind="quota"),
        LicenceSeen(
            native_id="tls",
            name="接入网关证书",
            total=None,
            used=None,
            kind="certificate",
            expires_at=NOW + timedelta(days=20),
        ),
    ]


def _alarms(cloud: Cloud) -> Iterator[RawAlarm]:
    """One a day, of three objects in turn; the last of each stands still, and one comes twice."""
    severities = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
    for day in range(1, 31):
        number = day % _OBJECTS
        where = f"/host/Host {number}"
        raised = _minutes(at(day, 14))
        yield _raw(cloud, AlarmAct.RAISE, raised, where, severities[number])
        if number == 0:
            yield _raw(cloud, AlarmAct.RAISE, raised + 5, where, severities[number])
        if day <= 30 - _OBJECTS:
            yield _raw(cloud, AlarmAct.CLEAR, raised + 20 * (number + 1), where, severities[number])


def _raw(cloud: Cloud, act: AlarmAct, minutes: float, where: str, severity: Severity) -> RawAlarm:
    return build_raw(
        act,
        minutes,
        managed_object=where,
        severity=severity,
        text=f"主机内存将满 <b>{where}</b>",
        tenant=cloud.tenant,
        source=cloud.source,
    )


def _minutes(instant: datetime) -> float:
    return (instant - START).total_seconds() / 60
