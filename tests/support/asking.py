"""A customer's office that asks for things, and a far cloud that is told to make them so."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.faces.personas_selfservice import add_desktop
from tests.support.alarms import START, Installation
from yunwei.base.core.errors import SourceUnreachable
from yunwei.base.core.ids import DesktopId, SourceId
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    DesktopUserSeen,
    LoginState,
    PoolSeen,
    ReadingPage,
)
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.operate.selfservice.actions import requests as actions
from yunwei.operate.selfservice.facts.requests import (
    RequestDraft,
    RequestKind,
    RequestRule,
    RequestState,
    WholeRequest,
)
from yunwei.operate.selfservice.jobs.fulfilling import Fulfilment
from yunwei.operate.selfservice.queries import requests as queries
from yunwei.plugins.sdk.contract import ChangeOrder, FarAct, FarOutcome, FarState, Read

_K, _S = RequestKind, RequestState


class Killed(BaseException):
    """The process is no more."""


@dataclass
class FarCloud:
    """A cloud that makes desktops, and counts what it was told. It refuses no second telling: that
    there is none is what is tested."""

    told: list[ChangeOrder] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    dies: str = ""
    loses_answer: bool = False
    state: FarState = FarState.RUNNING
    is_in_use: bool = False

    async def begin_change(self, order: ChangeOrder) -> str:
        if self.dies == "before":
            raise Killed
        self.told.append(order)
        if self.dies == "after":
            raise Killed
        if self.loses_answer:
            raise SourceUnreachable("no answer in time")
        return f"job-{len(self.told)}"

    async def read_change(self, order: ChangeOrder, number: str) -> FarAct:
        return FarAct(state=self.state, said=self.state.value, reason="no room")

    async def look_up_change(self, order: ChangeOrder) -> FarOutcome:
        is_so = order.name in self.made
        desktop = "d-new" if is_so else ""
        return FarOutcome(is_so=is_so, desktop=desktop, is_in_use=self.is_in_use)

    def finishes(self) -> None:
        """What was told is there now."""
        self.made |= {each.name for each in self.told}

    async def close(self) -> None:
        pass


class Office:
    """A customer with a desktop user, her line manager, and an operator of the provider."""

    def __init__(self, installation: Installation) -> None:
        self.operator = installation.viewer
        self.tenant = installation.tenant
        self.clock = FakeClock(START)
        self.cloud = FarCloud()
        with transaction() as conn, cursor(conn) as opened:
            [row] = opened.execute(
                "INSERT INTO collect_source (tenant_id, connector, name)"
                " VALUES (%s, 'huawei_workspace', 'Cloud') RETURNING id",
                (installation.tenant,),
            ).fetchall()
        self.source = SourceId(row["id"])
        self.desktop = DesktopId(add_desktop(self.source, installation.tenant, "lei"))
        self.lei, self.boss = self.person("lei"), self.person("boss")

    def person(self, name: str) -> Viewer:
        return replace(
            self.operator,
            name=name,
            desktop_login=name,
            tenant=self.tenant,
            tenants=(self.tenant,),
            permissions=frozenset({Permission.USE_PORTAL}),
        )

    def rules(self, kind: RequestKind = _K.NEW_DESKTOP, **values: Any) -> None:
        rule = RequestRule(kind=kind, **{"approvers": ("boss",), **values})
        actions.save_rule(self.operator, self.tenant, rule, time_zone="UTC")

    def asks(self, kind: RequestKind = _K.NEW_DESKTOP, **values: Any) -> int:
        draft = RequestDraft(kind=kind, **{"reason": "A second screen", **values})
        return actions.ask_request(self.lei, draft, now=self.clock.now())

    def approves(self, request: int, *, is_approved: bool = True, note: str = "") -> None:
        now = self.clock.now()
        whole = self.sees(request)
        act = {
            _S.LINE: (actions.decide_first, self.boss),
            _S.PROVIDER: (actions.decide_for_provider, self.operator),
        }[whole.request.state]
        decide, who = act
        decide(who, request, is_approved=is_approved, note=note, now=now)

    def approved(self, kind: RequestKind = _K.NEW_DESKTOP, **values: Any) -> int:
        self.rules(kind)
        request = self.asks(kind, **values)
        self.approves(request)
        self.approves(request)
        return request

    def works(self, rounds: int = 1) -> None:
        """Let a process that has just started do some rounds, twenty seconds each."""

        async def open_source(source: SourceId) -> FarCloud:
            return self.cloud

        job = Fulfilment(self.clock, time_zone="UTC", open_source=open_source)
        for _round in range(rounds):
            asyncio.run(job.step())
            self.clock.advance(timedelta(seconds=20))

    @contextmanager
    def is_killed(self, when: str) -> Iterator[None]:
        self.cloud.dies = when
        with pytest.raises(Killed):
            yield
        self.cloud.dies = ""
        # its lease runs out
        self.clock.advance(timedelta(seconds=61))

    def sees(self, request: int) -> WholeRequest:
        return queries.access_request(self.operator, request)

    def state(self, request: int) -> RequestState:
        return self.sees(request).request.state

    def is_seen(self, **desktop: Any) -> None:
        """Let the inventory tell more: lei's account and department, two pools, and her desktop."""
        known: dict[str, Any] = {
            "native_id": "d-lei",
            "name": "PC-lei",
            "kind": DesktopKind.DEDICATED,
            "state": DesktopState.RUNNING,
            "login_state": LoginState.READY,
            "logins": ("lei",),
            "cpu": 4,
            "memory_mb": 8192,
            "raw": {"disk_gib": "130"},
        }
        now = self.clock.now()
        poll = Poll(
            tenant=self.tenant,
            source=self.source,
            source_name="Cloud",
            connector="huawei_workspace",
            read=Read.INVENTORY,
            started_at=now,
        )
        pools = [
            PoolSeen(native_id=f"p-{name}", name=name, kind=DesktopKind.POOLED)
            for name in ("Old", "New")
        ]
        readings = (
            DesktopUserSeen(native_id="u-lei", login="lei", name="Lei", department="Sales"),
            *pools,
            DesktopSeen(**{**known, **desktop}),
        )
        with transaction() as conn:
            page = ReadingPage(readings=readings, read_at=now)
            inventory_actions.apply_page(conn, poll, page)
