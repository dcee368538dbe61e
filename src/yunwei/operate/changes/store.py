"""Rows of templates of changes, changes and their steps to facts and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.infra.listing import Listing
from yunwei.base.infra.postgres import Connection, cursor, load_statements, to_json
from yunwei.operate.changes.facts import (
    Change,
    ChangeDraft,
    Evidence,
    Line,
    LineKind,
    Outcome,
    Step,
    StepSpec,
    StepState,
    Template,
    TemplateRow,
    WholeChange,
)
from yunwei.operate.runs.rules.choosing import describe_choice

SQL = load_statements("yunwei.operate.changes")

TEMPLATES = Listing(
    base=SQL["list_templates"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "risk": "risk = %(risk)s",
        "search": "concat_ws(' ', tenant_name, title->>'zh', title->>'en')"
        " ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={"title": "lower(title->>'en')", "changed_at": "changed_at"},
    default_sort="title",
)
CHANGES = Listing(
    base=SQL["list_changes"],
    filters={
        "id": "id = %(id)s",
        "tenant": "tenant_id = %(tenant)s",
        "ticket": "ticket = %(ticket)s",
        "template": "template = %(template)s",
        "state": "state = %(state)s",
        "risk": "risk = %(risk)s",
        "is_open": "(state IN ('planned', 'working', 'halted', 'rolling_back')) = %(is_open)s",
        "search": "concat_ws(' ', 'CH-' || lpad(id::text, 5, '0'), tenant_name, ticket_title,"
        " title->>'zh', title->>'en') ILIKE '%%' || %(search)s || '%%'",
    },
    sorts={
        "starts_at": "starts_at",
        "title": "lower(title->>'en')",
        "tenant": "lower(tenant_name)",
        "ended_at": "ended_at",
    },
    default_sort="-starts_at",
)


def build_template(row: Mapping[str, Any]) -> TemplateRow:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert(told | {"tenant": row["tenant_id"]}, TemplateRow)


def template_values(template: Template, text: str, sha256: str) -> dict[str, Any]:
    return {
        "title": to_json(msgspec.to_builtins(template.title)),
        "text": text,
        "sha256": sha256,
        "risk": template.risk.value,
        "steps": len(template.steps),
        "scripts": sum(bool(each.script) for each in template.steps),
    }


def build_change(row: Mapping[str, Any]) -> Change:
    told = {name: row[name] for name in row if name != "tenant_id"}
    return msgspec.convert(told | {"tenant": row["tenant_id"]}, Change)


def fetch_whole(conn: Connection, change: Change) -> WholeChange:
    """Return a change with all that belongs to it. Three statements."""
    about = {"id": change.id}
    return WholeChange(
        change=change,
        steps=tuple(msgspec.convert(row, Step) for row in rows(conn, "steps_of", about)),
        evidence=tuple(msgspec.convert(row, Evidence) for row in rows(conn, "evidence_of", about)),
        lines=tuple(msgspec.convert(row, Line) for row in rows(conn, "lines_of", about)),
    )


def lock_change(conn: Connection, change: int, tenants: Sequence[int]) -> bool:
    return bool(rows(conn, "lock_change", {"id": change, "tenants": list(tenants)}))


def add_change(
    conn: Connection,
    draft: ChangeDraft,
    template: tuple[TemplateRow, Template],
    values: Mapping[str, Any],
) -> int | None:
    """values: tenant, about (its ticket), now, by. Return None when the ticket has an open one."""
    row, said = template
    told = {
        **values,
        "template": row.id,
        "version": row.version,
        "sha256": row.sha256,
        "title": to_json(msgspec.to_builtins(said.title)),
        "purpose": to_json(msgspec.to_builtins(said.purpose)),
        "risk": said.risk.value,
        "choice": to_json(describe_choice(draft.choice)),
        "note": draft.note,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
    }
    made = rows(conn, "add_change", told)
    return int(made[0]["id"]) if made else None


def add_steps(conn: Connection, change: int, specs: Sequence[tuple[StepSpec, int | None]]) -> None:
    for place, (spec, script) in enumerate(specs, start=1):
        told = {
            "id": change,
            "place": place,
            "spec": to_json(msgspec.to_builtins(spec)),
            "script": script,
        }
        run(conn, "add_step", told)


def end_step(
    conn: Connection,
    step: int,
    state: StepState,
    values: Mapping[str, Any],
    outcome: Outcome | None = None,
) -> None:
    """values: now, by, text."""
    told = None if outcome is None else to_json(msgspec.to_builtins(outcome))
    run(conn, "end_step", {**values, "step_id": step, "state": state.value, "outcome": told})


def add_line(
    conn: Connection,
    change: int,
    kind: LineKind,
    who: tuple[str, datetime],
    *,
    step: int | None = None,
    run_id: int | None = None,
    text: str = "",
) -> None:
    values = {
        "id": change,
        "step_id": step,
        "by": who[0],
        "now": who[1],
        "kind": kind.value,
        "run": run_id,
        "text": text,
    }
    run(conn, "add_line", values)


def rows(conn: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with cursor(conn) as opened:
        return opened.execute(SQL[name], values).fetchall()


def run(conn: Connection, name: str, values: Mapping[str, Any]) -> None:
    with cursor(conn) as opened:
        opened.execute(SQL[name], values)
