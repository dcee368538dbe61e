"""Changes of triggers by people. What occasions set off is in `firing`."""

from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid
from yunwei.base.core.ids import TenantId, TriggerId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.runs.actions.starting import access_runnable
from yunwei.operate.scripts.facts.library import ParameterKind
from yunwei.operate.scripts.rules.parameters import check_values
from yunwei.operate.triggers import queries, store
from yunwei.operate.triggers.facts import Trigger, TriggerDraft
from yunwei.operate.triggers.rules import check_draft

PART = "triggers"
_MAY = Permission.RUN_SCRIPTS


def add_trigger(
    viewer: Viewer, tenant: TenantId, draft: TriggerDraft, *, now: datetime
) -> TriggerId:
    """Add a trigger; its runs are started in the name of whoever saves it. Raises Refused; Invalid
    naming the field."""
    require(viewer, _MAY, tenant)
    draft = _settle(viewer, tenant, draft)
    with transaction() as conn:
        made = store.add_trigger(conn, tenant, draft, acts_for=viewer.name, now=now)
        if made is None:
            raise Invalid("name", "this name is taken")
        _tell(conn, viewer, "triggers.add", trigger=made, draft=draft, tenant=tenant)
    return made


def change_trigger(
    viewer: Viewer, trigger: TriggerId, draft: TriggerDraft, *, now: datetime
) -> None:
    """Change a trigger and close its breaker; one that is turned off begins nothing of what waits.
    Raises Refused; Invalid naming the field."""
    known = queries.access_trigger(viewer, trigger)
    require(viewer, _MAY, known.tenant)
    draft = _settle(viewer, known.tenant, draft)
    with transaction() as conn:
        if store.name_is_taken(conn, known.tenant, draft.name, trigger):
            raise Invalid("name", "this name is taken")
        store.change_trigger(conn, trigger, draft, acts_for=viewer.name, now=now)
        if not draft.is_enabled:
            store.call_off(conn, trigger, "off", now)
        _tell(conn, viewer, "triggers.change", trigger=trigger, draft=draft, tenant=known.tenant)


def switch_trigger(viewer: Viewer, trigger: TriggerId, *, is_enabled: bool, now: datetime) -> None:
    """Turn a trigger on, which closes its breaker, or off. Raises Refused, Invalid."""
    known = queries.access_trigger(viewer, trigger)
    change_trigger(viewer, trigger, replace(draft_of(known), is_enabled=is_enabled), now=now)


def remove_trigger(viewer: Viewer, trigger: TriggerId, *, now: datetime) -> None:
    """Remove a trigger; what waits is not begun, what it did stays told. Raises Refused."""
    known = queries.access_trigger(viewer, trigger)
    require(viewer, _MAY, known.tenant)
    with transaction() as conn:
        store.remove_trigger(conn, trigger, now)
        store.call_off(conn, trigger, "off", now)
        draft = draft_of(known)
        _tell(conn, viewer, "triggers.remove", trigger=trigger, draft=draft, tenant=known.tenant)


def draft_of(trigger: Trigger) -> TriggerDraft:
    """Return a trigger as a person would have typed it."""
    return TriggerDraft(
        **{name: getattr(trigger, name) for name in TriggerDraft.__dataclass_fields__}
    )


def _settle(viewer: Viewer, tenant: TenantId, draft: TriggerDraft) -> TriggerDraft:
    check_draft(draft)
    try:
        whole, version = access_runnable(viewer, draft.script)
    except Conflict as error:
        raise Invalid("script", error.message) from error
    if whole.row.script.tenant != tenant and not whole.row.may_be_shared:
        raise Invalid("script", "this script is another customer's")
    if any(each.kind is ParameterKind.SECRET for each in version.content.parameters):
        raise Invalid("script", "a trigger keeps no secrets; this script asks for one")
    asked = check_values(version.content.parameters, draft.values)
    return replace(
        draft,
        name=draft.name.strip(),
        condition=draft.condition.strip(),
        values=dict(asked.shown),
    )


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    *,
    trigger: TriggerId,
    draft: TriggerDraft,
    tenant: TenantId,
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="trigger",
        object_id=trigger,
        object_name=draft.name,
        tenant=tenant,
        after={
            "occasion": draft.occasion.value,
            "condition": draft.condition,
            "script": draft.script,
            "is_enabled": draft.is_enabled,
        },
    )
    announce_live(PART, tenant)
