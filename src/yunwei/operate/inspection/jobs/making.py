"""Makes inspections that were asked for, and asks for those that schedules owe."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from yunwei.base.core.errors import EngineAway
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.gate import ask_gate, say_refusal
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.queries import system_is_of
from yunwei.operate.inspection.actions.inspections import PART, gate_act, system_ask
from yunwei.operate.inspection.facts.inspections import Inspected
from yunwei.operate.inspection.queries.measuring.asking import ask_checks
from yunwei.operate.inspection.queries.measuring.looking import Look, look_at
from yunwei.operate.inspection.queries.plans import built_in, built_in_text
from yunwei.operate.inspection.rules.rhythm import due_at
from yunwei.operate.inspection.rules.scoring import score_inspection
from yunwei.operate.inspection.rules.templates import digest, parse_template
from yunwei.operate.inspection.store import inspections as store
from yunwei.operate.inspection.store import plans as plan_store

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=10)
_MOST_TRIES = 3
_PACE_S = 20.0
_AGAIN_S = 0.1


class InspectionMaker:
    """One process's share of the work."""

    def __init__(self, clock: Clock, *, time_zone: str) -> None:
        self._clock = clock
        self._time_zone = time_zone

    async def step(self) -> float:
        """Do what is due; returns the seconds until somebody should look again. Raises
        EngineAway."""
        has_made = await asyncio.to_thread(self.go_round)
        return _AGAIN_S if has_made else _PACE_S

    def go_round(self) -> bool:
        """Ask for what schedules owe, make one inspection. Says whether one was made."""
        system_ask_due(self._clock)
        return system_make_next(self._clock, time_zone=self._time_zone)


def system_ask_due(clock: Clock) -> int:
    """Ask for the inspection of every schedule that is due, once; returns how many. What was
    missed while nobody looked is made once: the past can not be inspected."""
    now, asked = clock.now(), 0
    with transaction() as conn:
        for row in plan_store.rows(conn, "list_schedules", {}):
            schedule = plan_store.build_schedule(row)
            due = due_at(schedule.draft, now=now) if schedule.draft.is_enabled else None
            if due is None:
                continue
            if not plan_store.rows(conn, "claim_due", {"id": schedule.id, "at": due}):
                continue
            about = schedule.draft.tenant, schedule.draft.template, schedule.id
            template = built_in().title, built_in_text()
            if schedule.draft.template is not None:
                found = plan_store.rows(conn, "template_text", {"id": schedule.draft.template})
                template = schedule.title, found[0]["text"]
            system_ask(conn, about, template, by=schedule.created_by, now=now)
            asked += 1
    return asked


def system_make_next(clock: Clock, *, time_zone: str) -> bool:
    """Make the next inspection that was asked for; says whether there was one. Raises
    EngineAway."""
    now = clock.now()
    with transaction() as conn:
        claimed = store.rows(conn, "claim", {"now": now, "until": now + _LEASE})
    if not claimed:
        return False
    row = claimed[0]
    if row["tries"] > _MOST_TRIES:
        _note_failed(row, "the process that made it was ended, again and again")
        return True
    by, tenant = row["asked_by"], store.tenant_of(row)
    is_customers = system_is_of(by, tenant)
    act = gate_act(tenant, row["title"]["zh"], is_customers=is_customers, is_again=True)
    permit = ask_gate(act, by=by, now=now)
    if not permit.is_allowed:
        _note_failed(row, say_refusal(permit))
        return True
    try:
        content, error = attempt(lambda: _inspect(row, clock, time_zone))
    except EngineAway:
        with transaction() as conn:
            store.change(conn, "put_back", {"id": row["id"]})
        raise
    if error is not None or content is None:
        logger.warning("inspection %d can not be made", row["id"], exc_info=error)
        _note_failed(row, f"{type(error).__name__}: {error}"[:500])
        return True
    _freeze(row, content)
    return True


def _inspect(row: Mapping[str, Any], clock: Clock, time_zone: str) -> Inspected:
    text = row["template_text"]
    template = parse_template(text)
    now, began_s = clock.now(), time.monotonic()
    look = Look(viewer=look_at(TenantId(row["tenant"]), time_zone=time_zone), now=now)
    results = ask_checks(template, look)
    return Inspected(
        title=template.title,
        tenant_name=row["tenant_name"],
        at=now,
        took_s=round(time.monotonic() - began_s, 3),
        template_sha256=digest(text),
        results=results,
        items=template.items,
    )


def _freeze(row: Mapping[str, Any], content: Inspected) -> None:
    """Keep what was measured for good."""
    data = store.pack(content)
    about = {"id": row["id"], "tenant": row["tenant"], "template": row["template"]}
    with transaction() as conn:
        before = store.rows(conn, "previous", about)
        values = {
            "id": row["id"],
            "data": data,
            "sha256": hashlib.sha256(data).hexdigest(),
            "now": content.at,
            "before": before[0]["id"] if before else None,
        }
        store.rows(
            conn, "note_measured", values | store.score_values(score_inspection(content, {}))
        )
        announce_live(PART, TenantId(row["tenant"]))


def _note_failed(row: Mapping[str, Any], error: str) -> None:
    with transaction() as conn:
        store.change(conn, "note_failed", {"id": row["id"], "error": error})
        announce_live(PART, TenantId(row["tenant"]))
