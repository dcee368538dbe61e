"""A customer whose contracts are kept, and clouds that count what they are told: what every act of
the platform is tried on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tests.support.clinic import Clinic
from tests.support.service import agreed_contract, authorised, terms
from yunwei.base.core.acts import Operation, PermitReason
from yunwei.base.core.ids import AuthorisationId, DesktopId
from yunwei.base.core.readings import DesktopState, LoginState
from yunwei.base.infra.clock import FakeClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.people.facts import Viewer
from yunwei.operate.assurance import store as plans
from yunwei.operate.assurance.facts import PlanDraft, PlanKind
from yunwei.operate.service.actions import authorisations
from yunwei.operate.service.facts.authorisations import AskedAct
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType
from yunwei.operate.service.queries.authorisations import fetch_acts
from yunwei.plugins.sdk.contract import (
    ChangeOrder,
    DesktopAct,
    FarAct,
    FarDesktop,
    FarOutcome,
    FarState,
    ScriptOrder,
)

NOON = datetime(2027, 3, 10, 4, tzinfo=UTC)  # a Wednesday, noon in Shanghai
DAY = timedelta(days=1)
_NOBODY = 'name == "nobody"'
_R = PermitReason


class Case(StrEnum):
    """Where an act is tried. scope: the customer authorised everything else. contract: it is
    authorised by a contract about other desktops. object: authorised for other desktops. time: at
    other times. frozen: authorised, and an event plan freezes it. inside: within all of them."""

    SCOPE = "scope"
    CONTRACT = "contract"
    OBJECT = "object"
    TIME = "time"
    FROZEN = "frozen"
    INSIDE = "inside"


REASONS: Mapping[Case, frozenset[PermitReason]] = {
    Case.SCOPE: frozenset({_R.NOT_AUTHORISED, _R.ENDED}),
    Case.CONTRACT: frozenset({_R.NOT_COVERED}),
    Case.OBJECT: frozenset({_R.OTHER_OBJECTS}),
    Case.TIME: frozenset({_R.OTHER_TIMES}),
    Case.FROZEN: frozenset({_R.FROZEN}),
}


@dataclass
class FarCloud:
    """A cloud that takes whatever it is told."""

    told: list[str] = field(default_factory=list)

    async def start_script(self, order: ScriptOrder) -> str:
        self.told.append("script")
        return f"t{len(self.told)}"

    async def begin_act(self, act: DesktopAct, desktop: str) -> str:
        self.told.append(act.value)
        return f"j{len(self.told)}"

    async def begin_change(self, order: ChangeOrder) -> str:
        self.told.append(order.change.value)
        return f"c{len(self.told)}"

    async def look_up_change(self, order: ChangeOrder) -> FarOutcome:
        return FarOutcome(is_so=False)

    async def read_change(self, order: ChangeOrder, number: str) -> FarAct:
        return FarAct(state=FarState.RUNNING)

    async def read_desktop(self, desktop: str) -> FarDesktop:
        return FarDesktop(state=DesktopState.RUNNING, login_state=LoginState.READY)

    async def close(self) -> None:
        pass


class World:
    """A customer with desktops, of which some have agents; two contracts, the second of them about
    desktops that are not there; a clock that is turned."""

    def __init__(self) -> None:
        self.clinic = Clinic()
        self.stage = self.clinic.stage
        self.stage.now = NOON
        self.cloud = FarCloud()
        self.hear()
        tenant, now = self.stage.cloud.tenant, NOON
        services = (*terms(now).services, ServiceItem(type=ServiceType.CHANGE))
        self.contract = agreed_contract(self.mia, tenant, now=now, services=services)
        self.other = agreed_contract(self.mia, tenant, now=now, number="C-2", covers=_NOBODY)
        self.kept: dict[str, int] = {}

    @property
    def now(self) -> datetime:
        return self.stage.now

    @property
    def clock(self) -> FakeClock:
        return FakeClock(self.now)

    @property
    def mia(self) -> Viewer:
        return self.stage.cloud.people["mia"]

    @property
    def una(self) -> Viewer:
        return self.stage.cloud.people["una"]

    def pass_time(self, length: timedelta) -> None:
        self.stage.pass_time(length)
        self.hear()

    def hear(self) -> None:
        with transaction() as conn, cursor(conn) as opened:
            rows = opened.execute("SELECT id FROM agents_agent").fetchall()
        self.stage.hear(*(row["id"] for row in rows))

    def desktop(self, name: str = "PC-01") -> DesktopId:
        with transaction() as conn, cursor(conn) as opened:
            found = opened.execute("SELECT id FROM inventory_desktop WHERE name = %s", (name,))
            return DesktopId(found.fetchall()[0]["id"])

    @contextmanager
    def case(self, case: Case, operation: Operation, freezes: Operation) -> Iterator[None]:
        """Let the customer allow what the case says, as long as this lasts."""
        made = self._authorise(case, operation)
        with self.frozen(freezes) if case is Case.FROZEN else nullcontext():
            yield
        authorisations.revoke_authorisation(self.mia, made, now=self.now)

    @contextmanager
    def frozen(self, operation: Operation, *, covers: str = "") -> Iterator[None]:
        """Let an event plan freeze an operation, as long as this lasts."""
        plan = self._freeze(operation, covers)
        yield
        self._thaw(plan)

    def _authorise(self, case: Case, operation: Operation) -> AuthorisationId:
        others = tuple(each for each in Operation if each is not operation)
        return authorised(
            self.mia,
            self.other if case is Case.CONTRACT else self.contract,
            *(others if case is Case.SCOPE else tuple(Operation)),
            now=self.now,
            desktops=_NOBODY if case is Case.OBJECT else "",
            hours="daily 01:00-02:00" if case is Case.TIME else "",
        )

    def _freeze(self, operation: Operation, covers: str) -> int:
        draft = PlanDraft(
            tenant=self.stage.cloud.tenant,
            kind=PlanKind.FREEZE,
            name="congress",
            covers=covers,
            starts_at=self.now,
            ends_at=self.now + DAY,
            frozen_from=self.now - DAY,
            frozen_until=self.now + DAY,
            operations=(operation,),
        )
        # past the actions, which are for processes with Django
        with transaction() as conn:
            values = plans.plan_values(draft) | {"tenant": draft.tenant, "by": "mia"}
            plan = int(plans.rows(conn, "add_plan", values | {"now": self.now})[0]["id"])
            begun = {"id": plan, "now": self.now, "by": "mia", "inspection": None}
            plans.rows(conn, "note_started", begun)
        return plan

    def _thaw(self, plan: int) -> None:
        ended = {"id": plan, "state": "ended", "now": self.now, "by": "mia", "summary": None}
        with transaction() as conn:
            plans.rows(conn, "note_ended", ended)

    def refusals(self) -> tuple[AskedAct, ...]:
        """What the page of refusals shows, the newest first."""
        return fetch_acts(replace(self.mia), {"is_allowed": False}).items
