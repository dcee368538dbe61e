"""Who may pass the doors of acts, repairs and messages to support: part of `personas`."""

from dataclasses import replace
from datetime import timedelta

from tests.faces.doors import (
    MONITORS,
    MONITORS_ANY,
    OPERATORS,
    OPERATORS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    ReadingPage,
)
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.monitor.collect.facts import Poll
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.operate.reclaim import store as reclaim_store
from yunwei.operate.reclaim.facts import Terms
from yunwei.operate.selfservice.actions import acts as actions
from yunwei.operate.selfservice.actions import requests
from yunwei.operate.selfservice.facts.requests import (
    RequestDraft,
    RequestKind,
    RequestRule,
    RequestState,
)
from yunwei.operate.selfservice.store import acts as store
from yunwei.operate.selfservice.store import requests as request_store
from yunwei.plugins.sdk.contract import DesktopAct, Read

EVERYBODY_IN_PORTAL = "root olga mia kai una chen"
DESKTOP, MESSAGE = {"desktop": "una_desktop"}, {"message": "support_message"}
DIAGNOSIS, ACT = {"diagnosis": "una_diagnosis"}, {"act": "una_act"}

PAGES: dict[str, Door] = {
    "desktop_acts": door(MONITORS_ANY),
    "desktop_act": door(OPERATORS, at=DESKTOP),
    "support_messages": door(MONITORS_ANY),
    "support_message": door(MONITORS, at=MESSAGE),
    "support_message_close": door(OPERATORS, 303, method="post", at=MESSAGE),
    "portal_check": door("una", 303, method="post", at=DESKTOP),
    "portal_diagnosis": door("una", at=DIAGNOSIS),
    # something is being done to it already; that is said on the page of the diagnosis
    "portal_repair": door("una", 303, method="post", at=DIAGNOSIS, data={"act": "restart"}),
    "portal_message": door("una", 303, method="post", at=DIAGNOSIS, data={"text": "slow"}),
    "portal_act": door("una", at=ACT),
}

REST: dict[str, Door] = {
    "GET /api/v1/desktop-acts": door(MONITORS_ANY),
    # something is being done to it already
    "POST /api/v1/desktop-acts": door(
        OPERATORS, 409, data=lambda world: {"desktop": world["una_desktop"], "act": "restart"}
    ),
    "GET /api/v1/desktop-acts/{act_id}": door(MONITORS, at={"act_id": "una_act"}),
    "GET /api/v1/support-messages": door(MONITORS_ANY),
    "GET /api/v1/support-messages/{message_id}": door(
        MONITORS, at={"message_id": "support_message"}
    ),
    "POST /api/v1/support-messages/{message_id}/close": door(
        OPERATORS, at={"message_id": "support_message"}
    ),
}

REQUEST, FIRST, STEP = (
    {"request_id": "request_provider"},
    {"request_id": "request_line"},
    {"request_id": "request_manual", "step": "step_manual"},
)
_APPROVE = {"act": "approve", "note": ""}
_RULE = {"kind": "software", "tenant": "home_a"}

PAGES |= {
    "requests": door(MONITORS_ANY),
    "request": door(MONITORS, at=REQUEST),
    "request_decide": door(OPERATORS, 303, method="post", at=REQUEST, data=_APPROVE),
    "request_step": door(OPERATORS, 303, method="post", at=STEP, data={"act": "done"}),
    "request_give_up": door(
        OPERATORS, 303, method="post", at={"request_id": "request_manual"}, data={"note": "no"}
    ),
    "request_catalogue": door(MONITORS_ANY),
    "request_rule": door(OPERATORS, at={"tenant": "home_a", "kind": "kind_software"}),
    "portal_requests": door(EVERYBODY_IN_PORTAL),
    "portal_request_new": door(EVERYBODY_IN_PORTAL, at={"kind": "kind_other"}),
    "portal_request": door("una kai", at=FIRST),
    "portal_request_cancel": door("una", 303, method="post", at=FIRST),
    "portal_request_decide": door("kai", 303, method="post", at=FIRST, data=_APPROVE),
}

REST |= {
    "GET /api/v1/requests": door(MONITORS_ANY),
    "GET /api/v1/requests/{request_id}": door(MONITORS, at=REQUEST),
    "POST /api/v1/requests/{request_id}/decide": door(OPERATORS, at=REQUEST, data=_APPROVE),
    "POST /api/v1/requests/{request_id}/steps/{step_id}/done": door(
        OPERATORS,
        at={"request_id": "request_manual", "step_id": "step_manual"},
        data={"note": "done"},
    ),
    # it did not go wrong
    "POST /api/v1/requests/{request_id}/steps/{step_id}/retry": door(
        OPERATORS, 409, at={"request_id": "request_manual", "step_id": "step_manual"}
    ),
    "POST /api/v1/requests/{request_id}/give-up": door(
        OPERATORS, at={"request_id": "request_manual"}, data={"note": "no"}
    ),
    "GET /api/v1/me/requests": door(EVERYBODY_IN_PORTAL),
    "GET /api/v1/me/request-offers": door(EVERYBODY_IN_PORTAL),
    "POST /api/v1/me/requests": door(
        EVERYBODY_IN_PORTAL, 201, data={"kind": "other", "reason": "x"}
    ),
    "GET /api/v1/me/requests/{request_id}": door("una kai", at=FIRST),
    "POST /api/v1/me/requests/{request_id}/cancel": door("una", at=FIRST),
    "POST /api/v1/me/requests/{request_id}/decide": door("kai", at=FIRST, data=_APPROVE),
    "GET /api/v1/request-catalogue/{tenant}": door(MONITORS, at={"tenant": "home_a"}),
    "PUT /api/v1/request-catalogue/{tenant}/{kind}": door(
        OPERATORS, at={"tenant": "home_a", "kind": "kind_software"}, data={"is_offered": True}
    ),
}


RECLAIM = {"reclaim": "una_reclaim"}

PAGES |= {
    "reclaims": door(MONITORS_ANY),
    "reclaim": door(MONITORS, at=RECLAIM),
    "reclaim_ledger": door(MONITORS_ANY),
    "reclaim_choose": door(OPERATORS_ANY, 303, method="post", data={"id": "1"}),
    "reclaim_new": door(OPERATORS_ANY),
    "reclaim_stop": door(OPERATORS, 303, method="post", at=RECLAIM, data={"note": "no"}),
    "portal_reclaim": door("una", at=RECLAIM),
    "portal_reclaim_answer": door(
        "una", 303, method="post", at=RECLAIM, data={"act": "keep", "note": "for work"}
    ),
}

REST |= {
    "GET /api/v1/reclaims": door(MONITORS_ANY),
    # which are unused is not known where no measurements are
    "POST /api/v1/reclaims": door(OPERATORS_ANY, 503, data={"desktops": [1]}),
    "GET /api/v1/reclaims/ledger": door(MONITORS_ANY),
    "GET /api/v1/reclaims/{reclaim_id}": door(MONITORS, at={"reclaim_id": "una_reclaim"}),
    "POST /api/v1/reclaims/{reclaim_id}/stop": door(
        OPERATORS, at={"reclaim_id": "una_reclaim"}, data={"note": "no"}
    ),
    "GET /api/v1/me/reclaims": door(EVERYBODY_IN_PORTAL),
    "POST /api/v1/me/reclaims/{reclaim_id}/answer": door(
        "una", at={"reclaim_id": "una_reclaim"}, data={"act": "keep", "note": "for work"}
    ),
}


def build(world: World, standing: Standing) -> None:
    """Una's own desktop in a cloud that can be told to act; she had it looked at and wrote."""
    now, una, tenant = SystemClock().now(), standing["una"], standing.a.id
    with transaction() as conn, cursor(conn) as opened:
        [row] = opened.execute(
            "INSERT INTO collect_source (tenant_id, connector, name)"
            " VALUES (%s, 'huawei_workspace', 'Cloud of Una') RETURNING id",
            (tenant,),
        ).fetchall()
        desktop = add_desktop(SourceId(row["id"]), tenant)
    world["una_desktop"] = desktop
    world["una_diagnosis"] = actions.check_my_desktop(una, DesktopId(desktop), now=now)
    values = {
        "tenant": tenant,
        "desktop": desktop,
        "diagnosis": world["una_diagnosis"],
        "act": DesktopAct.RESTART.value,
        "by": una.name,
        "now": now,
        "note": "",
        "is_repair": True,
    }
    with transaction() as conn:
        world["una_act"] = store.add_act(conn, values) or 0
    diagnosis = int(world["una_diagnosis"])
    world["support_message"] = actions.write_to_support(una, diagnosis, "It is slow", now=now)
    _build_requests(world, standing)
    world["una_reclaim"] = add_reclaim(tenant, DesktopId(desktop))


def _build_requests(world: World, standing: Standing) -> None:
    """Una asked for three things: one waits for kai, one for the provider, one is being done."""
    now, tenant = SystemClock().now(), standing.a.id
    world["home_a"], world["kind_software"], world["kind_other"] = tenant, "software", "other"
    asked = (
        ("request_line", RequestKind.RESTORE, ("kai",), True),
        ("request_provider", RequestKind.OTHER, (), True),
        ("request_manual", RequestKind.SOFTWARE, (), False),
    )
    for name, kind, approvers, needs_provider in asked:
        rule = RequestRule(
            kind=kind, approvers=approvers, needs_provider=needs_provider, most_open=0
        )
        requests.save_rule(standing["root"], tenant, rule, time_zone="UTC")
        details = {"software": "Inkscape"}
        draft = RequestDraft(
            kind=kind,
            desktop=DesktopId(int(world["una_desktop"])),
            reason="x",
            details=details,
        )
        world[name] = requests.ask_request(standing["una"], draft, now=now)
    with transaction() as conn:
        whole = request_store.fetch_whole(conn, int(world["request_manual"]))
        begun = replace(whole.request, state=RequestState.FULFILLING)
        request_store.note_request(conn, begun, None)
    world["step_manual"] = whole.steps[0].id


def add_reclaim(tenant: TenantId, desktop: DesktopId, login: str = "una") -> int:
    """Have a person's desktop asked back; return the reclaim."""
    now, terms = SystemClock().now(), Terms()
    with transaction() as conn:
        values = {
            "tenant": tenant,
            "desktop": desktop,
            "source": None,
            "native": f"d-{login}",
            "name": f"PC-{login}",
            "logins": [login],
            "asked": [login],
            "by": "olga",
            "now": now,
            "due_at": now + timedelta(days=terms.grace_days),
            "grace_days": terms.grace_days,
            "remind_days": terms.remind_days,
            "keep_days": terms.keep_days,
            "quiet_days": terms.quiet_days,
            "unused_days": 60,
            "last_used_at": None,
            "cpu": 4,
            "memory_mb": 8192,
            "disk_gib": 80,
        }
        return reclaim_store.add_reclaim(conn, values) or 0


def add_desktop(source: SourceId, tenant: TenantId, login: str = "una") -> int:
    """Let inventory know a person's running desktop; return it."""
    now = SystemClock().now()
    seen = DesktopSeen(
        native_id=f"d-{login}",
        name=f"PC-{login}",
        kind=DesktopKind.DEDICATED,
        state=DesktopState.RUNNING,
        login_state=LoginState.READY,
        logins=(login,),
    )
    poll = Poll(
        tenant=tenant,
        source=source,
        source_name="Cloud of Una",
        connector="huawei_workspace",
        read=Read.INVENTORY,
        started_at=now,
    )
    with transaction() as conn:
        inventory_actions.apply_page(conn, poll, ReadingPage(readings=(seen,), read_at=now))
        with cursor(conn) as opened:
            [row] = opened.execute(
                "SELECT id FROM inventory_desktop WHERE source_id = %s AND native_id = %s",
                (source, seen.native_id),
            ).fetchall()
    return int(row["id"])
