"""Changes that people ask for: acts on desktops, repairs in the portal, messages to support."""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import DesktopId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.gate import pass_gate
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.collect.queries import sources as source_queries
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.diagnosis.actions.diagnosing import make_diagnosis
from yunwei.operate.diagnosis.facts.evidence import SubjectKind
from yunwei.operate.diagnosis.queries import diagnoses
from yunwei.operate.selfservice.queries.acts import (
    access_my_act,
    access_my_desktop,
    access_my_diagnosis,
    at_home,
    find_my_desktop,
)
from yunwei.operate.selfservice.rules.acts import (
    REPAIR_LIMITS,
    build_gate_act,
    check_repair,
    choose_repairs,
    clean_text,
)
from yunwei.operate.selfservice.rules.telling import tell_support
from yunwei.operate.selfservice.store import acts as store
from yunwei.operate.selfservice.store.telling import add_untold
from yunwei.plugins.sdk.contract import Act, DesktopAct
from yunwei.plugins.sdk.manifest import CONNECTORS, get_manifest

PART = "selfservice"
_BUSY = "something is being done to this desktop already"
_PASSED_ON = "this desktop is no longer yours: it was passed on when your session ended"


def ask_act(
    viewer: Viewer,
    desktop: DesktopId,
    act: DesktopAct,
    *,
    note: str = "",
    diagnosis: int | None = None,
    now: datetime,
) -> int:
    """Ask for an act on a desktop; it is sent at once, and followed. diagnosis: because of which
    it is asked for. Raises Refused, Conflict, Invalid."""
    row = inventory.access_desktop(viewer, desktop)
    require(viewer, Permission.OPERATE_DESKTOPS, row.tenant)
    _check_source(viewer, row)
    if diagnosis is not None:
        _check_diagnosis(viewer, diagnosis, row)
    kept = clean_text(note, "note")
    _pass_gate(viewer, row, act, is_repair=False, now=now)
    with transaction() as conn:
        return _ask(conn, viewer, row, act, note=kept, diagnosis=diagnosis, now=now)


def check_my_desktop(viewer: Viewer, desktop: DesktopId, *, now: datetime) -> int:
    """Diagnose one of the viewer's own desktops; return the diagnosis. Raises Refused."""
    row = access_my_desktop(viewer, desktop)
    eyes = at_home(viewer)
    return make_diagnosis(eyes, SubjectKind.DESKTOP, row.id, now=now, by=viewer.name)


def ask_repair(viewer: Viewer, diagnosis: int, act: DesktopAct, *, now: datetime) -> int:
    """Do about one's own desktop what a diagnosis offers. Raises Refused, Conflict, Invalid."""
    found = access_my_diagnosis(viewer, diagnosis)
    row = find_my_desktop(viewer, found.subject_id)
    if found.verdict is None:
        raise Refused()
    if row is None:
        raise Conflict(_PASSED_ON)
    _check_source(at_home(viewer), row)
    offered = choose_repairs(found.verdict, row, viewer.desktop_login)
    with transaction() as conn:
        done = _count_repairs(conn, viewer, now)
    check_repair(row, viewer.desktop_login, act, offered, done=done)
    _pass_gate(viewer, row, act, is_repair=True, now=now)
    with transaction() as conn:
        done = _count_repairs(conn, viewer, now)
        check_repair(row, viewer.desktop_login, act, offered, done=done)
        return _ask(conn, viewer, row, act, diagnosis=diagnosis, is_repair=True, now=now)


def write_to_support(
    viewer: Viewer,
    diagnosis: int,
    text: str,
    *,
    act: int | None = None,
    now: datetime,
) -> int:
    """Write to support about a desktop that is or was one's own, with the diagnosis. Raises
    Refused."""
    found = access_my_diagnosis(viewer, diagnosis)
    row = inventory.access_desktop(at_home(viewer), DesktopId(found.subject_id))
    if act is not None:
        access_my_act(viewer, act)
    values = {
        "tenant": row.tenant,
        "desktop": row.id,
        "diagnosis": diagnosis,
        "act_id": act,
        "by": viewer.name,
        "text": clean_text(text, "text"),
        "is_automatic": False,
        "now": now,
    }
    with transaction() as conn:
        made = store.add_message(conn, values)
        _record(conn, viewer, "selfservice.write_to_support", row, str(made))
        add_untold(conn, tell_support(store.fetch_message(conn, made)), now)
    announce_live(PART, row.tenant)
    return made


def close_message(viewer: Viewer, message: int, *, now: datetime) -> None:
    """Say that a message was dealt with. Raises Refused when it is not there or is closed."""
    require(viewer, Permission.OPERATE_DESKTOPS)
    with transaction() as conn:
        closed = store.close_message(conn, message, tenants=viewer.tenants, by=viewer.name, now=now)
        if not closed:
            raise Refused()
        record(
            conn,
            viewer,
            "selfservice.close_message",
            object_kind="support_message",
            object_id=message,
        )
        tenant = store.fetch_message(conn, message).tenant
    announce_live(PART, tenant)


def _check_diagnosis(viewer: Viewer, diagnosis: int, row: DesktopRow) -> None:
    found = diagnoses.access_diagnosis(viewer, diagnosis)
    if found.verdict is None or found.verdict.desktop != row.id:
        raise Invalid("diagnosis", "this diagnosis is not about this desktop")


def _count_repairs(conn: Connection, viewer: Viewer, now: datetime) -> list[int]:
    counts = (store.count_repairs(conn, viewer.name, now - each) for _most, each in REPAIR_LIMITS)
    return list(counts)


def _pass_gate(
    viewer: Viewer, row: DesktopRow, act: DesktopAct, *, is_repair: bool, now: datetime
) -> None:
    is_customers = viewer.tenant == row.tenant
    wanted = build_gate_act(row, act, is_repair=is_repair, is_customers=is_customers)
    pass_gate(wanted, by=viewer.name, now=now)


def _check_source(viewer: Viewer, row: DesktopRow) -> None:
    source = source_queries.access_source(viewer, row.source)
    if Act.CONTROL_DESKTOPS.value not in get_manifest(CONNECTORS, source.connector).acts:
        raise Conflict("the desktop cloud of this desktop can not be told to do this")


def _ask(
    conn: Connection,
    viewer: Viewer,
    row: DesktopRow,
    act: DesktopAct,
    *,
    now: datetime,
    note: str = "",
    diagnosis: int | None = None,
    is_repair: bool = False,
) -> int:
    values = {
        "tenant": row.tenant,
        "desktop": row.id,
        "diagnosis": diagnosis,
        "act": act.value,
        "by": viewer.name,
        "now": now,
        "note": note,
        "is_repair": is_repair,
    }
    made = store.add_act(conn, values)
    if made is None:
        raise Conflict(_BUSY)
    _record(conn, viewer, "selfservice.ask_act", row, act.value)
    announce_live(PART, row.tenant)
    return made


def _record(conn: Connection, viewer: Viewer, verb: str, row: DesktopRow, detail: str) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="desktop",
        object_id=row.id,
        object_name=row.name,
        tenant=row.tenant,
        detail=detail,
    )
