"""Every act of the platform on a customer's things, each as a row: how it is tried, where it asks
the gate, and where it is done. What `tests/unit/service/test_acts_are_complete.py` finds besides
has no row here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from tests.support.acting import FarCloud, World
from tests.support.changing_acts import begin_change, begin_step
from tests.support.handing import tell_agent
from tests.support.reading_acts import Try, collect, measure, probe, reconcile
from tests.support.release_acts import offer
from tests.support.run_acts import approve, follow, next_batch, retry, start, tell_cloud
from tests.support.ssh_acts import FAR_ACTS
from tests.support.trigger_acts import prepare_trigger
from yunwei.base.core.acts import Operation
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.ids import SourceId
from yunwei.base.core.readings import DesktopKind
from yunwei.monitor.inventory.queries import fetch_held_desktops
from yunwei.operate.inspection.actions import inspections
from yunwei.operate.inspection.actions import plans as templates
from yunwei.operate.inspection.facts.inspections import InspectionState
from yunwei.operate.inspection.jobs.making import system_make_next
from yunwei.operate.inspection.queries import inspections as inspection_queries
from yunwei.operate.reclaim import actions as reclaims
from yunwei.operate.reclaim.facts import Terms
from yunwei.operate.remedies import actions as remedies
from yunwei.operate.remedies.facts import AttemptState, Mode
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.selfservice.actions import acts, requests
from yunwei.operate.selfservice.facts.requests import (
    RequestDraft,
    RequestKind,
    RequestRule,
    RequestState,
)
from yunwei.operate.selfservice.jobs.acts import Acts, Opened
from yunwei.operate.selfservice.jobs.fulfilling import Fulfilment
from yunwei.operate.selfservice.queries.requests import access_request
from yunwei.operate.selfservice.rules.acts import OPERATIONS
from yunwei.operate.service.actions import tickets
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType
from yunwei.operate.service.facts.tickets import EntryDraft, EntryKind, TicketDraft
from yunwei.operate.timetables import actions as timetables
from yunwei.operate.timetables import queries as timetable_queries
from yunwei.operate.timetables.facts import Rhythm, StartState, Times, TimetableDraft
from yunwei.operate.timetables.jobs import Timekeeper
from yunwei.operate.usage.facts.idle import IdleLimits
from yunwei.operate.usage.rules.idle import judge, measure_of
from yunwei.plugins.sdk.contract import DesktopAct

HOUR = timedelta(hours=1)
_O = Operation
TEMPLATE = """
title = { zh = "机房巡检", en = "Rooms" }
[[item]]
name = "room"
title = { zh = "机房", en = "Room" }
how = { zh = "温度", en = "Temperature" }
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """prepare: makes the occasion, while all is allowed, and returns how the act is tried then: it
    says whether it was done, or raises Conflict. asks, does: functions that ask the gate, and that
    do it far away, as `part.module:function`. is_about_things: it is about some desktops. freezes:
    the operation whose freeze stops it."""

    name: str
    operation: Operation
    prepare: Callable[[World], Try]
    asks: str
    does: tuple[str, ...] = ()
    is_about_things: bool = True
    freezes: Operation | None = None


def _timetable(world: World) -> Try:
    if "timetable" in world.kept:
        world.pass_time(24 * HOUR)
    else:
        draft = TimetableDraft(
            name="tidy up",
            script=world.clinic.script,
            times=Times(rhythm=Rhythm.DAILY, time_zone="UTC", at_minute=5 * 60, window_minutes=60),
            choice=Choice(names=world.stage.names),
        )
        tenant = world.stage.cloud.tenant
        world.kept["timetable"] = timetables.add_timetable(
            world.stage.olga, tenant, draft, now=world.now
        )
        world.pass_time(1.1 * HOUR)

    def go() -> bool:
        Timekeeper(world.clock, world.stage.box).look()
        starts = timetable_queries.fetch_starts(world.stage.olga).items
        latest = max(starts, key=lambda each: each.due_at)
        assert latest.state in (StartState.STARTED, StartState.REFUSED)
        return latest.state is StartState.STARTED

    return go


def _ill(world: World, mode: Mode) -> tuple[int, int]:
    """Return a remedy and an alarm that it fits."""
    if "remedy" not in world.kept:
        limits = {"cool_down_s": 0, "breaker_after": 20, "per_hour": 20}
        world.kept["remedy"] = world.clinic.add(mode=mode, **limits)
    world.clinic.report(AlarmAct.CLEAR)
    return world.kept["remedy"], world.clinic.falls_ill()


def _remedy(world: World) -> Try:
    _ill(world, Mode.AUTOMATIC)

    def go() -> bool:
        world.clinic.look()
        return world.clinic.states()[0] is AttemptState.RUNNING

    return go


def _remedy_by_hand(world: World) -> Try:
    remedy, alarm = _ill(world, Mode.PROPOSED)
    people, box = world.stage.cloud.people, world.stage.box

    def go() -> bool:
        remedies.apply_remedy(people["olga"], remedy, alarm, box=box, now=world.now)  # type: ignore[arg-type]
        return world.clinic.states()[0] is not AttemptState.REFUSED

    return go


def _act(act: DesktopAct) -> Callable[[World], Try]:
    def prepare(world: World) -> Try:
        desktop = world.desktop()
        return lambda: bool(acts.ask_act(world.stage.olga, desktop, act, now=world.now))

    return prepare


def _send_act(world: World) -> Try:
    acts.ask_act(world.stage.olga, world.desktop(), DesktopAct.RESTART, now=world.now)
    world.cloud.told.clear()

    async def open_source(source: SourceId) -> Opened:
        return Opened(world.cloud, world.cloud.close)  # type: ignore[arg-type]

    def go() -> bool:
        asyncio.run(Acts(world.clock, open_source=open_source).step())
        return "restart" in world.cloud.told

    return go


def _repair(world: World) -> Try:
    found = acts.check_my_desktop(world.una, world.desktop(), now=world.now)
    return lambda: bool(acts.ask_repair(world.una, found, DesktopAct.RESTART, now=world.now))


def _asked(world: World) -> int:
    details = {"colleague": "user02"}
    kind, desktop = RequestKind.SHARE_DESKTOP, world.desktop()
    draft = RequestDraft(kind=kind, desktop=desktop, reason="We share it", details=details)
    return requests.ask_request(world.una, draft, now=world.now)


def _ask(world: World) -> Try:
    return lambda: bool(_asked(world))


def _begin(world: World) -> Try:
    if "request" not in world.kept:
        request = world.kept["request"] = _asked(world)
        operator = world.stage.olga
        requests.decide_for_provider(operator, request, is_approved=True, note="", now=world.now)
    return lambda: _fulfil(world) is RequestState.FULFILLING


def _step(world: World) -> Try:
    if "begun" not in world.kept:
        world.kept["begun"] = _begin(world)()
    return lambda: bool(_fulfil(world) and "assign" in world.cloud.told)


def _reclaim(world: World) -> Try:
    olga, tenant = world.stage.olga, world.stage.cloud.tenant
    rule = RequestRule(kind=RequestKind.RECLAIM, approvers=("kai",))
    requests.save_rule(olga, tenant, rule, time_zone="UTC")
    desktop = world.desktop()
    [held] = [each for each in fetch_held_desktops(olga, (tenant,)) if each.id == desktop]
    nobodys = msgspec.structs.replace(held, kind=DesktopKind.DEDICATED, logins=(), session_state="")
    idle = judge(nobodys, None, measure_of(None, IdleLimits(), world.now))

    def go() -> bool:
        made = reclaims.begin_reclaim(olga, idle, Terms(), now=world.now)
        reclaims.stop(olga, made, now=world.now)
        return True

    return go


def _fulfil(world: World) -> RequestState:
    world.pass_time(timedelta(minutes=6))

    async def open_source(source: SourceId) -> FarCloud:
        return world.cloud

    asyncio.run(Fulfilment(world.clock, time_zone="UTC", open_source=open_source).step())
    return access_request(world.stage.olga, world.kept["request"]).request.state


def _template(world: World) -> int:
    if "template" not in world.kept:
        tenant = world.stage.cloud.tenant
        made = templates.add_template(world.mia, tenant, TEMPLATE, now=world.now)
        world.kept["template"] = made
    return world.kept["template"]


def _inspect(world: World) -> Try:
    template, tenant = _template(world), world.stage.cloud.tenant
    return lambda: bool(inspections.ask_inspection(world.mia, tenant, template, now=world.now))


def _make_inspection(world: World) -> Try:
    tenant, template = world.stage.cloud.tenant, _template(world)
    made = inspections.ask_inspection(world.mia, tenant, template, now=world.now)

    def go() -> bool:
        assert system_make_next(world.clock, time_zone="UTC")
        row = inspection_queries.find_inspection(world.mia, made)
        return row.state is InspectionState.MEASURED

    return go


def _change(world: World) -> Try:
    draft = TicketDraft(
        contract=world.contract,
        type=ServiceType.CHANGE,
        priority=Priority.P3,
        title="new image",
        details={"window": "tonight", "steps": "1", "rollback": "0"},
    )
    ticket = tickets.open_ticket(world.mia, draft, now=world.now)

    def go() -> bool:
        begun = EntryDraft(kind=EntryKind.STARTED)
        tickets.write_entry(world.mia, ticket, begun, now=world.now)
        return True

    return go


_ASKING = "operate.runs.actions.asking:_ask"
_STARTING = "operate.runs.actions.starting:start_run"
_AGENTS = ("operate.runs.actions.advancing:_send_to_agents",)
_CLOUD = "operate.runs.jobs.clouds:_ask"
_BEGIN_ACT = "operate.selfservice.jobs.acts:_send"
_READING = "monitor.collect.asking:pass_reading"
_FULFIL = "operate.selfservice.jobs.fulfilling:_refusal"

ROWS: tuple[Row, ...] = (
    Row(name="run is started", operation=_O.SCRIPT, prepare=start, asks=_STARTING),
    Row(name="next batch", operation=_O.SCRIPT, prepare=next_batch, asks=_ASKING, does=_AGENTS),
    Row(
        name="agent is told",
        operation=_O.SCRIPT,
        prepare=tell_agent,
        asks=_ASKING,
        does=("operate.agents.jobs.ledger:ring_step", "operate.agents.jobs.ledger:sync_step"),
    ),
    Row(
        name="agent becomes newer",
        operation=_O.CONFIGURE,
        prepare=offer,
        asks="operate.agents.actions.releases:_permitted_of",
        does=("operate.agents.jobs.ledger:sync_step",),
    ),
    Row(
        name="run is approved",
        operation=_O.SCRIPT,
        prepare=approve,
        asks="operate.runs.actions.asking:pass_again",
    ),
    Row(name="run is tried again", operation=_O.SCRIPT, prepare=retry, asks=_STARTING),
    Row(name="run follows another", operation=_O.SCRIPT, prepare=follow, asks=_STARTING),
    Row(
        name="cloud is told to run a script",
        operation=_O.SCRIPT,
        prepare=tell_cloud,
        asks=_ASKING,
        does=(_CLOUD,),
    ),
    *(
        Row(name=name, operation=_O.SCRIPT, prepare=prepare, asks=asks, does=does)
        for name, prepare, asks, does in FAR_ACTS
    ),
    Row(name="timetable starts", operation=_O.SCRIPT, prepare=_timetable, asks=_STARTING),
    Row(name="trigger is set off", operation=_O.SCRIPT, prepare=prepare_trigger, asks=_STARTING),
    Row(name="remedy applies itself", operation=_O.SCRIPT, prepare=_remedy, asks=_STARTING),
    Row(name="remedy by hand", operation=_O.SCRIPT, prepare=_remedy_by_hand, asks=_STARTING),
    *(
        Row(
            name=f"operator asks for {act.value}",
            operation=OPERATIONS[act],
            prepare=_act(act),
            asks="operate.selfservice.actions.acts:_pass_gate",
        )
        for act in DesktopAct
    ),
    Row(
        name="act is sent",
        operation=_O.POWER,
        prepare=_send_act,
        asks="operate.selfservice.jobs.acts:_refusal",
        does=(_BEGIN_ACT,),
    ),
    Row(
        name="desktop user repairs",
        operation=_O.SELF_SERVICE,
        prepare=_repair,
        asks="operate.selfservice.actions.acts:_pass_gate",
    ),
    Row(
        name="desktop user requests",
        operation=_O.SELF_SERVICE,
        prepare=_ask,
        asks="operate.selfservice.actions.requests:_pass_gate",
    ),
    Row(
        name="request is begun",
        operation=_O.SELF_SERVICE,
        prepare=_begin,
        asks=_FULFIL,
        freezes=_O.CONFIGURE,
    ),
    Row(
        name="step of a request is taken",
        operation=_O.SELF_SERVICE,
        prepare=_step,
        asks=_FULFIL,
        does=("operate.selfservice.jobs.fulfilling:_send",),
        freezes=_O.CONFIGURE,
    ),
    Row(
        name="desktop is asked back",
        operation=_O.CONFIGURE,
        prepare=_reclaim,
        asks="operate.reclaim.actions:_pass_gate",
    ),
    Row(
        name="source is read",
        operation=_O.READ,
        prepare=collect,
        asks=_READING,
        does=("monitor.collect.reading:_pages",),
        is_about_things=False,
    ),
    Row(
        name="source's alarms are listed",
        operation=_O.READ,
        prepare=reconcile,
        asks=_READING,
        does=("monitor.collect.reconciling:_list",),
        is_about_things=False,
    ),
    Row(
        name="desktops are measured",
        operation=_O.READ,
        prepare=measure,
        asks="monitor.inventory.actions:system_choose_desktops",
    ),
    Row(
        name="source is tried",
        operation=_O.READ,
        prepare=probe,
        asks="monitor.collect.asking:pass_probe",
        does=("monitor.collect.actions.probes:_probe",),
        is_about_things=False,
    ),
    Row(
        name="inspection is asked for",
        operation=_O.READ,
        prepare=_inspect,
        asks="operate.inspection.actions.inspections:ask_inspection",
        is_about_things=False,
    ),
    Row(
        name="inspection is made",
        operation=_O.READ,
        prepare=_make_inspection,
        asks="operate.inspection.jobs.making:system_make_next",
        is_about_things=False,
    ),
    Row(
        name="change is begun",
        operation=_O.CONFIGURE,
        prepare=_change,
        asks="operate.service.actions.tickets:_pass_gate",
        is_about_things=False,
    ),
    Row(
        name="standard change is begun",
        operation=_O.CONFIGURE,
        prepare=begin_change,
        asks="operate.changes.actions.working:start_change",
        is_about_things=False,
    ),
    Row(
        name="step of a standard change is begun",
        operation=_O.CONFIGURE,
        prepare=begin_step,
        asks="operate.changes.actions.stepping:start_step",
        is_about_things=False,
    ),
)
