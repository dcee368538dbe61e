"""What people do about event plans: write, start, end, cancel them; exceptions from a freeze."""

from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.acts import Act, Permit
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ThresholdRuleId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import Connection, to_json, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.queries import system_people
from yunwei.base.people.rules import require
from yunwei.monitor.thresholds.actions.rules import switch_rule
from yunwei.monitor.thresholds.queries.rules import access_rule
from yunwei.operate.assurance import store
from yunwei.operate.assurance.facts import (
    ExceptionDraft,
    GateReason,
    Plan,
    PlanDraft,
    PlanState,
)
from yunwei.operate.assurance.queries import plans as queries
from yunwei.operate.assurance.rules import check_draft, check_exception, hold

PART = "assurance"
_MANAGE = Permission.MANAGE_SERVICE
CLOSED = {
    GateReason.NO_INSPECTION: "it can not start: the customer was not inspected",
    GateReason.NOT_SEALED: "it can not start: the latest inspection is not sealed",
    GateReason.TOO_OLD: "it can not start: the latest inspection is older than a week",
    GateReason.TOO_LOW: "it can not start: the latest inspection has too low a score",
    GateReason.CRITICAL: "it can not start: a critical check of the latest inspection fails",
}


def add_plan(viewer: Viewer, draft: PlanDraft, *, now: datetime) -> int:
    """Write a plan, which holds nothing yet, and return its id. Raises Refused, Invalid."""
    require(viewer, _MANAGE, draft.tenant)
    checked = check_draft(draft, now=now)
    with transaction() as conn:
        values = store.plan_values(checked) | {"tenant": draft.tenant, "now": now}
        made = int(store.rows(conn, "add_plan", values | {"by": viewer.name})[0]["id"])
        _tell(conn, viewer, "assurance.add_plan", queries.access_plan(viewer, made))
    return made


def change_plan(
    viewer: Viewer, plan: int, draft: PlanDraft, *, version: int, now: datetime
) -> None:
    """Let a plan that was not started say something else. Raises Refused, Invalid; Conflict when
    somebody changed it meanwhile, or it was started."""
    checked = check_draft(draft, now=now)
    with transaction() as conn:
        known = _lock(conn, viewer, plan)
        if known.tenant != draft.tenant:
            raise Invalid("tenant", "this is not one of the choices")
        values = store.plan_values(checked) | {"id": plan, "version": version}
        if not store.rows(conn, "change_plan", values):
            raise Conflict("somebody changed it in the meantime")
        _tell(conn, viewer, "assurance.change_plan", known)


def start_plan(viewer: Viewer, plan: int, *, now: datetime) -> None:
    """Let a plan hold from now on: its freeze holds in its time. Raises Refused; Conflict while
    its gate is closed, saying why, and when it is over."""
    with transaction() as conn:
        known = _lock(conn, viewer, plan)
        if known.draft.ends_at <= now:
            raise Conflict("the time of this plan is over")
        gate = queries.look_at_gate(viewer, known, now=now)
        if not gate.is_open:
            raise Conflict(CLOSED[gate.reason])
        values = {"id": plan, "now": now, "by": viewer.name, "inspection": gate.inspection}
        if not store.rows(conn, "note_started", values):
            raise Conflict("this plan was started or ended already")
        _switch_thresholds(viewer, known, is_enabled=True, now=now)
        after = {"inspection": gate.inspection}
        _tell(conn, viewer, "assurance.start_plan", known, after=after)


def end_plan(viewer: Viewer, plan: int, *, note: str, clock: Clock) -> None:
    """End a plan: its freeze holds no more, and what happened is summed up and kept. Raises
    Refused, Invalid; Conflict unless it was started."""
    text = note.strip()
    if len(text) > 4000 or "\0" in text:
        raise Invalid("note", "at most 4000 characters")
    known = queries.access_plan(viewer, plan)
    require(viewer, _MANAGE, known.tenant)
    summary = queries.sum_up(viewer, known, text, clock=clock)
    with transaction() as conn:
        known = _lock(conn, viewer, plan)
        if known.state is not PlanState.STARTED:
            raise Conflict("only a plan that was started can end")
        told: dict[str, Any] = msgspec.to_builtins(summary)
        _note_ended(conn, viewer, known, (PlanState.ENDED, told), clock.now())
        _switch_thresholds(viewer, known, is_enabled=False, now=clock.now())
        kept = {name: value for name, value in told.items() if name != "closing"}
        _tell(conn, viewer, "assurance.end_plan", known, after=kept)


def _switch_thresholds(viewer: Viewer, plan: Plan, *, is_enabled: bool, now: datetime) -> None:
    """Turn on the tighter rules of a plan when it starts, and off again when it ends. Raises
    Refused for who may change no rules; Invalid where one is not there, Conflict where one is on
    already: it would be off afterwards. What somebody did to one meanwhile is left alone."""
    for number in plan.draft.thresholds:
        rule = ThresholdRuleId(number)
        try:
            known = access_rule(viewer, rule).rule
        except Refused as error:
            if not is_enabled:
                continue
            raise Invalid("thresholds", "there is no such threshold rule") from error
        if known.is_enabled is not is_enabled:
            switch_rule(viewer, rule, is_enabled=is_enabled, now=now)
        elif is_enabled:
            raise Conflict("a threshold rule of this plan is on already")


def note_taken(viewer: Viewer, plan: int, kind: str) -> None:
    """Write into the audit log that somebody took the closing report. Raises Refused."""
    known = queries.access_plan(viewer, plan)
    with transaction() as conn:
        _note(conn, viewer, "assurance.take_closing", known, after={"file": kind})


def cancel_plan(viewer: Viewer, plan: int, *, now: datetime) -> None:
    """Give up a plan that was not started. Raises Refused, Conflict."""
    with transaction() as conn:
        known = _lock(conn, viewer, plan)
        if known.state is not PlanState.DRAFTED:
            raise Conflict("this plan was started or ended already")
        _note_ended(conn, viewer, known, (PlanState.CANCELLED, None), now)
        _tell(conn, viewer, "assurance.cancel_plan", known)


def grant_exception(viewer: Viewer, plan: int, draft: ExceptionDraft, *, now: datetime) -> int:
    """Let somebody act in spite of a freeze, with a reason, in one's own name. Raises Refused,
    Invalid; Conflict unless the plan is started."""
    checked = check_exception(draft, now=now)
    with transaction() as conn:
        known = _lock(conn, viewer, plan)
        if known.state is not PlanState.STARTED:
            raise Conflict("only a plan that was started freezes anything")
        if checked.who not in {each.username for each in system_people(conn)}:
            raise Invalid("who", "there is no such person")
        values = {
            "id": plan,
            "name": checked.who,
            "reason": checked.reason,
            "until": checked.until,
            "by": viewer.name,
            "now": now,
        }
        made = int(store.rows(conn, "add_exception", values)[0]["id"])
        after = {"who": checked.who, "until": checked.until.isoformat()}
        _tell(conn, viewer, "assurance.grant_exception", known, after=after, detail=checked.reason)
    return made


def system_hold(act: Act, by: str, now: datetime) -> Permit | None:
    """Return what freezes an act, None when nothing does. What wires processes hands this to the
    gate."""
    with transaction() as conn:
        return hold(act, by, queries.system_holding(conn, act.tenant, now), now=now)


def _note_ended(
    conn: Connection,
    viewer: Viewer,
    plan: Plan,
    what: tuple[PlanState, dict[str, Any] | None],
    now: datetime,
) -> None:
    state, summary = what
    values = {
        "id": plan.id,
        "state": state.value,
        "now": now,
        "by": viewer.name,
        "summary": None if summary is None else to_json(summary),
    }
    store.rows(conn, "note_ended", values)


def _lock(conn: Connection, viewer: Viewer, plan: int) -> Plan:
    require(viewer, _MANAGE)
    if not store.rows(conn, "lock_plan", {"id": plan, "tenants": list(viewer.tenants)}):
        raise Refused()
    known = queries.access_plan(viewer, plan)
    require(viewer, _MANAGE, known.tenant)
    return known


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    plan: Plan,
    *,
    after: dict[str, Any] | None = None,
    detail: str = "",
) -> None:
    _note(conn, viewer, verb, plan, after=after, detail=detail)
    announce_live(PART, plan.tenant)


def _note(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    plan: Plan,
    *,
    after: dict[str, Any] | None = None,
    detail: str = "",
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="event_plan",
        object_id=plan.id,
        object_name=plan.draft.name,
        tenant=plan.tenant,
        after=after,
        detail=detail,
    )
