"""Writes down, with a run, what is to be run when it is over. Starts nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.base.infra.postgres import Connection, to_json
from yunwei.operate.runs.facts.runs import FollowUpDraft, Outcome
from yunwei.operate.runs.rules.following import check_follow_ups, check_outcome
from yunwei.operate.runs.store import following as store
from yunwei.operate.scripts.facts.library import ParameterKind, Version
from yunwei.operate.scripts.queries.library import WholeScript
from yunwei.operate.scripts.rules.parameters import check_values

type Find = Callable[[ScriptId], tuple[WholeScript, Version]]
"""Returns a script and the version of it that may run; raises Refused, Conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A follow-up, looked at and found good."""

    draft: FollowUpDraft
    outcome: Outcome
    script_name: str
    version: int
    sha256: str
    values: dict[str, str]


def settle_follow_ups(
    tenant: TenantId, drafts: Sequence[FollowUpDraft], find: Find
) -> tuple[Promised, ...]:
    """Return what is to be run after a run on desktops of a tenant. Raises Refused; Invalid, naming
    `then.PLACE.FIELD`."""
    check_follow_ups(drafts)
    found = []
    for place, each in enumerate(drafts, start=1):
        try:
            found.append(_settle(tenant, each, find))
        except Invalid as error:
            raise Invalid(f"then.{place}.{error.field}", error.why) from error
    return tuple(found)


def _settle(tenant: TenantId, follow_up: FollowUpDraft, find: Find) -> Promised:
    try:
        whole, version = find(follow_up.script)
    except Conflict as error:
        raise Invalid("script", error.message) from error
    if whole.row.script.tenant != tenant and not whole.row.may_be_shared:
        raise Invalid("script", "one customer's script is nothing for another's desktops")
    if follow_up.sha256 not in ("", version.sha256):
        raise Invalid("script", "another version may run by now; look at it first")
    if any(each.kind is ParameterKind.SECRET for each in version.content.parameters):
        raise Invalid("script", "what follows a run keeps no secrets; this script asks for one")
    asked = check_values(version.content.parameters, follow_up.values)
    return Promised(
        draft=follow_up,
        outcome=check_outcome(follow_up.outcome),
        script_name=whole.row.script.name,
        version=version.number,
        sha256=version.sha256,
        values=dict(asked.shown),
    )


def add_follow_ups(
    conn: Connection, run: RunId, promised: Sequence[Promised], *, by: str, now: datetime
) -> None:
    """Write them down beside their run: the first waits for its end, each other for the one
    before."""
    for place, each in enumerate(promised, start=1):
        values = {
            "first": run,
            "after": run if place == 1 else None,
            "script": each.draft.script,
            "place": place,
            "script_name": each.script_name,
            "version": each.version,
            "sha256": each.sha256,
            "values": to_json(each.values),
            "outcome": to_json(each.outcome),
            "within_minutes": each.draft.within_minutes,
            "by": by,
            "now": now,
        }
        store.add_follow_up(conn, values)


def describe_follow_ups(promised: Sequence[Promised]) -> list[dict[str, Any]]:
    """Return them as they are audited."""
    return [
        {
            "script": each.script_name,
            "version": each.version,
            "sha256": each.sha256,
            "parameters": each.values,
            "outcome": msgspec.to_builtins(each.outcome),
        }
        for each in promised
    ]
