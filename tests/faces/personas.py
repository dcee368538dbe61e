"""Who may pass which door: one line for every page and every REST operation.

A new address without a line here fails the test, and so does a line without its address. `who`
lists the personas of tests/support/people.py that are let in; all others who are signed in must
get just what they would get if the thing were not there (404), and nobody is sent to sign in
(pages: 302, REST: 401).

`at` fills the address from the world: things of customer A, made by the builders at the end.
A part with things of its own adds a builder to BUILDERS and its lines to PAGES and REST.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.faces import (
    personas_agents,
    personas_assurance,
    personas_changes,
    personas_conditions,
    personas_contacts,
    personas_diagnoses,
    personas_escalation,
    personas_inspection,
    personas_intake,
    personas_knowledge,
    personas_mails,
    personas_masks,
    personas_remedies,
    personas_reports,
    personas_runs,
    personas_saved_views,
    personas_scripts,
    personas_selfservice,
    personas_service,
    personas_sets,
    personas_situations,
    personas_ssh,
    personas_thresholds,
    personas_timetables,
    personas_triggers,
    personas_visits,
)
from tests.faces.doors import (
    ANYBODY,
    EVERYBODY,
    MANAGERS,
    MONITORS,
    MONITORS_ANY,
    OPERATORS,
    OPERATORS_ANY,
    PEOPLE_SEERS,
    RULE_SEERS,
    RULE_SEERS_ANY,
    Door,
    World,
    door,
)
from tests.support.mibs import MIB
from tests.support.monitored import build_page
from tests.support.people import PASSWORD, PEOPLE, Standing
from tests.support.told import make_alarm
from yunwei.base.calendar import actions as calendar_actions
from yunwei.base.core.ids import SourceId, UserId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people import queries
from yunwei.base.people.actions.tokens import create_token
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.actions import trap_families
from yunwei.monitor.collect.actions.heard import system_keep_engines
from yunwei.monitor.collect.facts import HeardEngine, Poll, SourceDraft
from yunwei.monitor.duty.actions import changes as duty_changes
from yunwei.monitor.duty.actions import feeds, swaps
from yunwei.monitor.duty.actions import schedules as duty_schedules
from yunwei.monitor.duty.facts.changes import (
    LeaveDraft,
    OverrideDraft,
    OverrideKind,
    SwapDraft,
    TemporaryDraft,
)
from yunwei.monitor.duty.facts.schedules import LayerDraft, ScheduleDraft
from yunwei.monitor.inventory import actions as inventory_actions
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.notify.actions import channels, routes
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.plugins.sdk.contract import Read

PAGES: dict[str, Door] = {
    # signing in
    "account_login": door("nobody", refused=302),
    "account_logout": door(EVERYBODY, nobody=302),
    "account_inactive": door(ANYBODY),
    "account_reauthenticate": door(EVERYBODY),
    "account_change_password": door(EVERYBODY),
    "mfa_authenticate": door(ANYBODY, 302),
    "mfa_reauthenticate": door(ANYBODY, 302),  # to the password: nobody has a second factor here
    "mfa_activate_totp": door(ANYBODY, 302),  # first one's password, once more
    "mfa_deactivate_totp": door(""),
    "mfa_view_recovery_codes": door(""),
    "mfa_generate_recovery_codes": door(ANYBODY, 302),
    "mfa_download_recovery_codes": door(""),
    # oneself
    "profile": door(EVERYBODY),
    "mfa_index": door(EVERYBODY, 302),
    "new_token": door("root olga mia audrey kai chen", 201, method="post", data={"name": "t"}),
    "revoke_token": door("root kai", 303, method="post", at={"token_id": "token"}),
    # people
    "people": door(PEOPLE_SEERS),
    "new_person": door("root"),
    "person": door(PEOPLE_SEERS, at={"user_id": "kai"}),
    "set_person_password": door(
        "root", 303, method="post", at={"user_id": "kai"}, data={"password": f"{PASSWORD}!"}
    ),
    "switch_person": door(
        "root", 303, method="post", at={"user_id": "kai"}, data={"is_active": "false"}
    ),
    "reset_person_factor": door("root", 303, method="post", at={"user_id": "kai"}),
    "tenants": door("root"),
    "new_tenant": door("root"),
    "tenant": door("root", at={"tenant_id": "a"}),
    "audit": door("root audrey"),
    "audit_entry": door("root audrey", at={"entry_id": "audit_entry"}),
    # what is monitored
    "overview": door(MONITORS_ANY, refused=302),  # una goes to the portal
    "desktops": door(MONITORS_ANY),
    "desktop": door(MONITORS, at={"desktop": "desktop"}),
    "desktop_users": door(MONITORS_ANY),
    "desktop_user": door(MONITORS, at={"desktop_user": "desktop_user"}),
    "sessions": door(MONITORS_ANY),
    "screen": door(MONITORS_ANY),
    "big_screen": door(MONITORS_ANY),
    "activity": door(MONITORS_ANY),
    "logons": door(MONITORS_ANY),
    "load": door(MONITORS_ANY),
    "explorer": door(MONITORS_ANY),
    "logon": door(MONITORS, at={"source": "source", "started_ms": "source", "native_id": "source"}),
    "posture": door(MONITORS_ANY),
    "idle": door(MONITORS_ANY),
    "experience": door(MONITORS_ANY),
    "pools": door(MONITORS_ANY),
    "pool": door(MONITORS, at={"pool": "pool"}),
    "hosts": door(MONITORS_ANY),
    "host": door(MONITORS, at={"host": "host"}),
    "licences": door(MONITORS_ANY),
    "licence": door(MONITORS, at={"licence": "licence"}),
    "licence_changes": door(MONITORS_ANY),
    "licence_holders": door(MONITORS_ANY),
    "refused_logons": door(MONITORS_ANY),
    "licence_thresholds": door(OPERATORS, at={"licence": "licence"}),
    "search": door(MONITORS_ANY, query="?q=finance"),
    "figure": door(MONITORS_ANY, 503, at={"figure": "figure"}),
    "portal": door("root olga mia kai una chen"),
    # alarms, and who is told of them
    "alarms": door(MONITORS_ANY),
    "alarm": door(MONITORS, at={"alarm": "alarm"}),
    "alarm_act": door(
        OPERATORS_ANY,
        303,
        method="post",
        data=lambda world: {"act": "acknowledge", "id": world["alarm"], "is_confirmed": "yes"},
    ),
    "alarm_types": door(MONITORS_ANY),
    "alarm_type": door(MONITORS, at={"alarm_type": "alarm_type"}),
    "alarm_type_note": door(OPERATORS, at={"alarm_type": "alarm_type"}),
    **personas_conditions.PAGES,
    **personas_masks.PAGES,
    **personas_diagnoses.PAGES,
    **personas_selfservice.PAGES,
    **personas_knowledge.PAGES,
    **personas_assurance.PAGES,
    **personas_changes.PAGES,
    **personas_visits.PAGES,
    **personas_inspection.PAGES,
    **personas_saved_views.PAGES,
    **personas_agents.PAGES,
    **personas_sets.PAGES,
    **personas_reports.PAGES,
    **personas_runs.PAGES,
    **personas_remedies.PAGES,
    **personas_triggers.PAGES,
    **personas_ssh.PAGES,
    **personas_timetables.PAGES,
    **personas_scripts.PAGES,
    **personas_service.PAGES,
    **personas_thresholds.PAGES,
    **personas_situations.PAGES,
    **personas_contacts.PAGES,
    **personas_escalation.PAGES,
    "routes": door(RULE_SEERS_ANY),
    "route_new": door(OPERATORS_ANY),
    "route": door(OPERATORS, at={"route": "route"}),
    "route_move": door(OPERATORS, 303, method="post", at={"route": "route"}, data={"way": "up"}),
    "route_remove": door(OPERATORS, 303, method="post", at={"route": "route"}),
    "channels": door(RULE_SEERS_ANY),
    "channel_new": door(OPERATORS_ANY),
    "channel_add": door(OPERATORS_ANY, at={"kind": "channel_kind"}),
    "channel": door(RULE_SEERS, at={"channel": "channel"}),
    "channel_test": door(OPERATORS, 303, method="post", at={"channel": "channel"}),
    "channel_remove": door(OPERATORS, 303, method="post", at={"channel": "channel"}),
    "messages": door(MONITORS_ANY),
    "outbox": door(MONITORS_ANY),
    "message": door(MONITORS, at={"message": "message"}),
    "message_retry": door(OPERATORS, 409, at={"message": "message"}, method="post"),
    "bell": door(EVERYBODY),
    "messages_read": door(MONITORS_ANY, 303, method="post"),
    # duty
    "duty": door(MONITORS_ANY),
    "schedules": door(MONITORS_ANY),
    "schedule": door(MONITORS, at={"schedule": "schedule"}),
    "schedule_new": door(MANAGERS),
    "schedule_change": door(MANAGERS, at={"schedule": "schedule"}),
    "schedule_remove": door(MANAGERS, 303, method="post", at={"schedule": "schedule"}),
    "override_new": door(MANAGERS, at={"schedule": "schedule"}),
    "override_end": door(MANAGERS, 303, method="post", at={"number": "override"}),
    "temporary_end": door(MANAGERS, 303, method="post", at={"number": "temporary"}),
    "leave_new": door(MONITORS_ANY),
    "leave_end": door(f"{MANAGERS} kai", 303, method="post", at={"number": "leave"}),
    "my_duty": door(MONITORS_ANY),
    "swap_new": door(MONITORS, at={"schedule": "schedule"}),
    "swap_answer": door("mia", 303, method="post", at={"swap": "swap"}, data={"answer": "no"}),
    "swap_withdraw": door("kai", 303, method="post", at={"swap": "swap"}),
    "duty_feed_renew": door(MONITORS_ANY, method="post"),
    "duty_feed_revoke": door("kai", 303, method="post"),
    "duty_feed": door(ANYBODY, at={"token": "feed_token"}),
    "duty_record": door(MONITORS_ANY),
    # calendars
    "calendar": door(MONITORS_ANY),
    "calendar_day": door(MANAGERS, query="?day=2026-10-01"),
    "calendar_import": door(MANAGERS),
    "calendar_export": door(MONITORS_ANY),
    "calendar_country": door(MANAGERS, 303, method="post", data={"country": "CN"}),
    # sources
    "sources": door("root olga mia audrey chen"),
    "source_new": door("root"),
    "source_add": door("root", at={"connector": "connector"}),
    "source": door("root olga mia audrey", at={"source": "source"}),
    "source_change": door("root", at={"source": "source"}),
    "source_test": door("root", method="post", at={"source": "source"}),
    "source_switch": door("root", 303, method="post", at={"source": "source"}, data={"on": "no"}),
    "source_remove": door("root", 303, method="post", at={"source": "source"}),
    **personas_intake.PAGES,
    "source_engine_forget": door(
        "root", 303, method="post", at={"source": "source", "engine": "engine"}
    ),
    "trap_definitions": door("root olga mia audrey chen"),
    "trap_import": door("root"),
    "trap_family": door("root olga mia audrey", at={"family": "trap_family"}),
    "trap_export": door("root olga mia audrey", at={"family": "trap_family"}),
    "trap_switch": door(
        "root", 303, method="post", at={"family": "trap_family"}, data={"is_enabled": "no"}
    ),
    "trap_remove": door("root", 303, method="post", at={"family": "trap_family"}),
    "trap": door("root olga mia audrey", at={"family": "trap_family", "trap": "trap"}),
    # how pages look
    "language": door(ANYBODY, 303, method="post", data={"language": "en"}),
    "theme": door(EVERYBODY, 303, method="post", data={"theme": "dark"}),
    "live": door(EVERYBODY, nobody=401),
    # REST's own pages
    "api_docs": door(ANYBODY),
    "api:openapi-json": door(ANYBODY),
    "api:api-root": door("", refused=404, nobody=404),
}

AWAY = 503
"""Let in, and told that ClickHouse is not open in the process of these tests."""
DESKTOP = {"desktop_id": "desktop"}
DESKTOP_USER = {"desktop_user_id": "desktop_user"}
LICENCE = {"licence_id": "licence"}
SOURCE = {"source_id": "source"}
FAMILY = {"family_id": "trap_family"}
ALARM = {"alarm_id": "alarm"}
ROUTE = {"route_id": "route"}
CHANNEL = {"channel_id": "channel"}
MESSAGE = {"message_id": "message"}
SCHEDULE = {"schedule_id": "schedule"}
SWAP = {"swap_id": "swap"}
# nothing listens there
WEBHOOK_SETTINGS = {"url": "http://127.0.0.1:9/hook"}
HUAWEI_SETTINGS = {"endpoint": "http://127.0.0.1:9", "project_id": "p", "ak": "a", "sk": "s"}

REST: dict[str, Door] = {
    "GET /api/v1/me": door(EVERYBODY),
    "PATCH /api/v1/me": door(EVERYBODY, data={"language": "en"}),
    "GET /api/v1/tokens": door("root olga mia audrey kai chen"),
    "POST /api/v1/tokens": door("root olga mia audrey kai chen", 201, data={"name": "t"}),
    "POST /api/v1/tokens/{token_id}/revoke": door("root kai", at={"token_id": "token"}),
    "GET /api/v1/users": door(PEOPLE_SEERS),
    "POST /api/v1/users": door(
        "root",
        201,
        data=lambda world: {
            "username": "new",
            "password": PASSWORD,
            "role": "auditor",
            "tenant": world["a"],
        },
    ),
    "GET /api/v1/users/{user_id}": door(PEOPLE_SEERS, at={"user_id": "kai"}),
    # kai may change what is kai's own
    "PATCH /api/v1/users/{user_id}": door(
        "root kai", at={"user_id": "kai"}, data={"display_name": "Kai Kai"}
    ),
    "POST /api/v1/users/{user_id}/password": door(
        "root", 204, at={"user_id": "kai"}, data={"password": f"{PASSWORD}!"}
    ),
    "POST /api/v1/users/{user_id}/reset-second-factor": door("root", 204, at={"user_id": "kai"}),
    "GET /api/v1/tenants": door("root olga mia audrey kai chen"),
    "POST /api/v1/tenants": door("root", 201, data={"slug": "c", "name": "C"}),
    "GET /api/v1/tenants/{tenant_id}": door(MONITORS, at={"tenant_id": "a"}),
    "PATCH /api/v1/tenants/{tenant_id}": door("root", at={"tenant_id": "a"}, data={"name": "AA"}),
    "GET /api/v1/audit": door("root audrey"),
    # alarms
    "GET /api/v1/alarms": door(MONITORS_ANY),
    "POST /api/v1/alarms/bulk": door(
        OPERATORS_ANY, data=lambda world: {"ids": [world["alarm"]], "act": "acknowledge"}
    ),
    "GET /api/v1/alarms/{alarm_id}": door(MONITORS, at=ALARM),
    "GET /api/v1/alarms/{alarm_id}/changes": door(MONITORS, at=ALARM),
    "GET /api/v1/alarms/{alarm_id}/occurrences": door(MONITORS, at=ALARM),
    "GET /api/v1/alarms/{alarm_id}/judgements": door(MONITORS, at=ALARM),
    "POST /api/v1/alarms/{alarm_id}/acknowledge": door(OPERATORS, at=ALARM),
    "POST /api/v1/alarms/{alarm_id}/unacknowledge": door(OPERATORS, 409, at=ALARM),
    "POST /api/v1/alarms/{alarm_id}/clear": door(OPERATORS, at=ALARM),
    "POST /api/v1/alarms/{alarm_id}/comment": door(OPERATORS, at=ALARM, data={"note": "seen"}),
    "POST /api/v1/alarms/{alarm_id}/shelve": door(
        OPERATORS, at=ALARM, data=lambda _world: {"until": _tomorrow(), "note": "planned"}
    ),
    "POST /api/v1/alarms/{alarm_id}/unshelve": door(OPERATORS, 409, at=ALARM),
    "GET /api/v1/alarm-types": door(MONITORS_ANY),
    "GET /api/v1/alarm-types/{alarm_type}": door(MONITORS, at={"alarm_type": "alarm_type"}),
    "PUT /api/v1/alarm-types/{alarm_type}": door(
        OPERATORS, 204, method="put", at={"alarm_type": "alarm_type"}, data={"note": "call Li"}
    ),
    **personas_conditions.REST,
    **personas_masks.REST,
    **personas_diagnoses.REST,
    **personas_selfservice.REST,
    **personas_knowledge.REST,
    **personas_assurance.REST,
    **personas_mails.REST,
    **personas_changes.REST,
    **personas_visits.REST,
    **personas_inspection.REST,
    **personas_saved_views.REST,
    **personas_agents.REST,
    **personas_sets.REST,
    **personas_reports.REST,
    **personas_runs.REST,
    **personas_remedies.REST,
    **personas_triggers.REST,
    **personas_ssh.REST,
    **personas_timetables.REST,
    **personas_scripts.REST,
    **personas_service.REST,
    **personas_thresholds.REST,
    **personas_situations.REST,
    **personas_contacts.REST,
    **personas_escalation.REST,
    # routes, channels, messages
    "GET /api/v1/routes": door(RULE_SEERS_ANY),
    "GET /api/v1/routes/figures": door(RULE_SEERS_ANY),
    "POST /api/v1/routes": door(
        OPERATORS,
        201,
        data=lambda world: {"name": "r", "tenant": world["a"], "people": [world["kai"]]},
    ),
    "POST /api/v1/routes/order": door(
        OPERATORS, 204, data=lambda world: {"tenant": world["a"], "order": [world["route"]]}
    ),
    "GET /api/v1/routes/{route_id}": door(RULE_SEERS, at=ROUTE),
    "PUT /api/v1/routes/{route_id}": door(
        OPERATORS, at=ROUTE, data=lambda world: {"name": "r", "people": [world["kai"]]}
    ),
    "DELETE /api/v1/routes/{route_id}": door(OPERATORS, 204, at=ROUTE),
    "GET /api/v1/channels": door(RULE_SEERS_ANY),
    "GET /api/v1/channels/figures": door(RULE_SEERS_ANY),
    "POST /api/v1/channels": door(
        OPERATORS,
        201,
        data=lambda world: {
            "name": "another",
            "kind": "webhook",
            "tenant": world["a"],
            "settings": WEBHOOK_SETTINGS,
        },
    ),
    "GET /api/v1/channels/{channel_id}": door(RULE_SEERS, at=CHANNEL),
    "PUT /api/v1/channels/{channel_id}": door(
        OPERATORS, at=CHANNEL, data={"name": "changed", "settings": WEBHOOK_SETTINGS}
    ),
    "DELETE /api/v1/channels/{channel_id}": door(OPERATORS, 204, at=CHANNEL),
    "POST /api/v1/channels/{channel_id}/test": door(OPERATORS, 502, at=CHANNEL),
    "GET /api/v1/channels/{channel_id}/receipt-address": door(OPERATORS, at=CHANNEL),
    "GET /api/v1/messages": door(MONITORS_ANY),
    "GET /api/v1/messages/{message_id}": door(MONITORS, at=MESSAGE),
    "GET /api/v1/messages/{message_id}/deliveries": door(MONITORS, at=MESSAGE),
    "POST /api/v1/messages/{message_id}/retry": door(OPERATORS, 409, at=MESSAGE),
    "POST /api/v1/messages/read": door(EVERYBODY, 204),
    "POST /api/v1/receipts/{token}": door("", nobody=404, at={"token": "engine"}),
    # duty
    "GET /api/v1/schedules": door(MONITORS_ANY),
    "POST /api/v1/schedules": door(
        MANAGERS, 201, data=lambda world: {"name": "s", "tenant": world["a"]}
    ),
    "POST /api/v1/schedules/preview": door(
        MANAGERS,
        data=lambda world: {
            "name": "s",
            "tenant": world["a"],
            "since": "2026-12-01T00:00:00Z",
            "until": "2026-12-08T00:00:00Z",
        },
    ),
    "GET /api/v1/schedules/findings": door(MONITORS_ANY),
    "GET /api/v1/schedules/{schedule_id}": door(MONITORS, at=SCHEDULE),
    "PUT /api/v1/schedules/{schedule_id}": door(MANAGERS, at=SCHEDULE, data={"name": "s"}),
    "DELETE /api/v1/schedules/{schedule_id}": door(MANAGERS, 204, at=SCHEDULE),
    "GET /api/v1/schedules/{schedule_id}/plan": door(
        MONITORS,
        at=SCHEDULE,
        query="?since=2026-12-01T00:00:00Z&until=2026-12-08T00:00:00Z",
    ),
    "GET /api/v1/schedules/{schedule_id}/findings": door(MONITORS, at=SCHEDULE),
    "GET /api/v1/shifts": door(MONITORS_ANY),
    "GET /api/v1/shifts/now": door(MONITORS_ANY),
    "GET /api/v1/shifts/mine": door(MONITORS_ANY),
    "POST /api/v1/shifts/feed": door(MONITORS_ANY, 201),
    "DELETE /api/v1/shifts/feed": door("kai", 204),
    "GET /api/v1/overrides": door(MONITORS_ANY),
    "POST /api/v1/overrides": door(
        MANAGERS,
        201,
        data=lambda world: {
            "schedule": world["schedule"],
            "kind": "add",
            "stand_in": world["olga"],
            "starts_at": _hours(20),
            "ends_at": _hours(21),
        },
    ),
    "POST /api/v1/overrides/{override_id}/end": door(MANAGERS, 204, at={"override_id": "override"}),
    "GET /api/v1/temporary-shifts": door(MONITORS_ANY),
    "POST /api/v1/temporary-shifts": door(
        MANAGERS,
        201,
        data=lambda world: {
            "schedule": world["schedule"],
            "user": world["kai"],
            "starts_at": _hours(20),
            "ends_at": _hours(21),
        },
    ),
    "POST /api/v1/temporary-shifts/{shift_id}/end": door(
        MANAGERS, 204, at={"shift_id": "temporary"}
    ),
    "GET /api/v1/leaves": door(MONITORS_ANY),
    "POST /api/v1/leaves": door(
        MONITORS_ANY,
        201,
        data=lambda _world: {"starts_at": _hours(50), "ends_at": _hours(51)},
    ),
    "POST /api/v1/leaves/{leave_id}/end": door(f"{MANAGERS} kai", 204, at={"leave_id": "leave"}),
    "GET /api/v1/swaps": door(MONITORS_ANY),
    # let in, and told that they are not on duty, or ask themselves
    "POST /api/v1/swaps": door(
        MONITORS,
        422,
        data=lambda world: {
            "schedule": world["schedule"],
            "asked": world["kai"],
            "starts_at": _hours(30),
            "ends_at": _hours(31),
        },
    ),
    "GET /api/v1/swaps/{swap_id}": door(MONITORS, at=SWAP),
    "POST /api/v1/swaps/{swap_id}/accept": door("mia", at=SWAP),
    "POST /api/v1/swaps/{swap_id}/decline": door("mia", at=SWAP),
    "POST /api/v1/swaps/{swap_id}/withdraw": door("kai", at=SWAP),
    # calendars
    "GET /api/v1/calendars": door(MONITORS_ANY),
    "GET /api/v1/calendars/years": door(MONITORS_ANY),
    "POST /api/v1/calendars/import": door(
        MANAGERS, data={"text": "date,kind,name\n2027-01-01,statutory_holiday,x"}
    ),
    "GET /api/v1/calendars/{tenant_id}": door(MONITORS, at={"tenant_id": "a"}),
    "PUT /api/v1/calendars/{tenant_id}": door(
        MANAGERS, at={"tenant_id": "a"}, data={"country": "CN"}
    ),
    "GET /api/v1/calendars/{tenant_id}/days": door(
        MONITORS, at={"tenant_id": "a"}, query="?year=2026"
    ),
    "POST /api/v1/calendars/{tenant_id}/days": door(
        MANAGERS, 204, at={"tenant_id": "a"}, data={"day": "2026-12-24", "kind": "weekend"}
    ),
    # what is monitored
    "GET /api/v1/overview": door(MONITORS_ANY),
    "GET /api/v1/overview/online": door(MONITORS_ANY, AWAY),
    "GET /api/v1/overview/logons": door(MONITORS_ANY, AWAY),
    **{
        f"GET /api/v1/usage/{noun}": door(MONITORS_ANY, AWAY)
        for noun in (
            "activity",
            "concurrency",
            "days",
            "users",
            "parts",
            "failures",
            "heat",
            "explore",
        )
    },
    **{
        f"GET /api/v1/usage/load/{each}": door(MONITORS_ANY, AWAY)
        for each in ("black-holes", "boot-storms", "logon-storms", "sizes")
    },
    "GET /api/v1/usage/experience": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/experience/parts": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/experience/users": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/idle": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/idle/counts": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/logons": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/logons/times": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/logons/parts": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/logons/slowest": door(MONITORS_ANY, AWAY),
    "GET /api/v1/usage/logons/{source_id}/{started_ms}/{native_id}": door(
        MONITORS, AWAY, at={"source_id": "source", "started_ms": "source", "native_id": "source"}
    ),
    "GET /api/v1/desktops": door(MONITORS_ANY),
    "GET /api/v1/desktops/{desktop_id}": door(MONITORS, at=DESKTOP),
    "GET /api/v1/desktops/{desktop_id}/changes": door(MONITORS, at=DESKTOP),
    "GET /api/v1/desktops/{desktop_id}/sessions": door(MONITORS, at=DESKTOP),
    "GET /api/v1/desktops/{desktop_id}/samples": door(MONITORS, AWAY, at=DESKTOP),
    "GET /api/v1/desktops/{desktop_id}/connections": door(MONITORS, AWAY, at=DESKTOP),
    "GET /api/v1/desktop-users": door(MONITORS_ANY),
    "GET /api/v1/desktop-users/{desktop_user_id}": door(MONITORS, at=DESKTOP_USER),
    "GET /api/v1/desktop-users/{desktop_user_id}/desktops": door(MONITORS, at=DESKTOP_USER),
    "GET /api/v1/desktop-users/{desktop_user_id}/sessions": door(MONITORS, at=DESKTOP_USER),
    "GET /api/v1/desktop-users/{desktop_user_id}/connections": door(
        MONITORS, AWAY, at=DESKTOP_USER
    ),
    "GET /api/v1/desktop-users/{desktop_user_id}/actions": door(MONITORS, AWAY, at=DESKTOP_USER),
    "GET /api/v1/sessions": door(MONITORS_ANY),
    "GET /api/v1/sessions/now": door(MONITORS_ANY, AWAY),
    "GET /api/v1/posture": door(MONITORS_ANY),
    "GET /api/v1/posture/hosts": door(MONITORS_ANY),
    "GET /api/v1/pools": door(MONITORS_ANY),
    "GET /api/v1/pools/{pool_id}": door(MONITORS, at={"pool_id": "pool"}),
    "GET /api/v1/pools/{pool_id}/samples": door(MONITORS, AWAY, at={"pool_id": "pool"}),
    "GET /api/v1/hosts": door(MONITORS_ANY),
    "GET /api/v1/hosts/{host_id}": door(MONITORS, at={"host_id": "host"}),
    "GET /api/v1/hosts/{host_id}/samples": door(MONITORS, AWAY, at={"host_id": "host"}),
    "GET /api/v1/licences": door(MONITORS_ANY),
    "GET /api/v1/licences/holders": door(MONITORS_ANY, AWAY),
    "GET /api/v1/licences/holders/counts": door(MONITORS_ANY, AWAY),
    "GET /api/v1/licences/refused": door(MONITORS_ANY, AWAY),
    "GET /api/v1/licences/changes": door(MONITORS_ANY),
    "PUT /api/v1/licences/{licence_id}/thresholds": door(
        OPERATORS, at=LICENCE, data={"scarce_at": 0.8, "spent_at": 0.9}
    ),
    "GET /api/v1/licences/{licence_id}": door(MONITORS, at=LICENCE),
    "GET /api/v1/licences/{licence_id}/changes": door(MONITORS, at=LICENCE),
    "GET /api/v1/licences/{licence_id}/history": door(MONITORS, AWAY, at=LICENCE),
    "GET /api/v1/licences/{licence_id}/forecast": door(MONITORS, AWAY, at=LICENCE),
    # sources: who sees monitoring sees that they are there, who manages them changes them
    "GET /api/v1/sources": door(MONITORS_ANY),
    "POST /api/v1/sources": door("root", 201, data=lambda world: _source_form(world, "Another")),
    "GET /api/v1/sources/connectors": door("root olga mia audrey chen"),
    "POST /api/v1/sources/test": door("root", data=lambda world: _source_form(world, "Another")),
    "GET /api/v1/sources/{source_id}": door(MONITORS, at=SOURCE),
    "PUT /api/v1/sources/{source_id}": door(
        "root", at=SOURCE, data={"name": "Changed", "settings": HUAWEI_SETTINGS}
    ),
    "DELETE /api/v1/sources/{source_id}": door("root", 204, at=SOURCE),
    "POST /api/v1/sources/preview": door(
        "root",
        data=lambda world: (
            _source_form(world, "Another") | {"connector": "webhook_in", "settings": {}}
        ),
    ),
    **personas_intake.REST,
    "POST /api/v1/sources/{source_id}/enable": door("root", 409, at=SOURCE),
    "POST /api/v1/sources/{source_id}/disable": door("root", at=SOURCE),
    "POST /api/v1/sources/{source_id}/test": door("root", at=SOURCE),
    "GET /api/v1/sources/{source_id}/changes": door(MONITORS, at=SOURCE),
    "GET /api/v1/sources/{source_id}/counts": door(MONITORS, at=SOURCE),
    "GET /api/v1/sources/{source_id}/snmp-engines": door(MONITORS, at=SOURCE),
    "DELETE /api/v1/sources/{source_id}/snmp-engines/{engine_id}": door(
        "root", 204, at={"source_id": "source", "engine_id": "engine"}
    ),
    "GET /api/v1/sources/{source_id}/samples": door(MONITORS, AWAY, at=SOURCE),
    "GET /api/v1/trap-definitions": door("root olga mia audrey chen"),
    "POST /api/v1/trap-definitions": door(
        "root",
        201,
        data=lambda world: {"tenant": world["a"], "files": [{"name": "a.mib", "text": MIB}]},
    ),
    "GET /api/v1/trap-definitions/{family_id}": door("root olga mia audrey", at=FAMILY),
    "PATCH /api/v1/trap-definitions/{family_id}": door(
        "root", at=FAMILY, data={"is_enabled": False}
    ),
    "DELETE /api/v1/trap-definitions/{family_id}": door("root", 204, at=FAMILY),
}


def _make_engine(source: SourceId, now: datetime) -> str:
    engine = HeardEngine(
        source=source,
        engine_id=bytes.fromhex("80001f8804"),
        address="192.0.2.7",
        user="olga",
        boots=1,
        time_s=5,
    )
    system_keep_engines([engine], now=now)
    return engine.engine_id.hex()


def _source_form(world: World, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "tenant": world["a"],
        "connector": "huawei_workspace",
        "settings": HUAWEI_SETTINGS,
    }


def _people(world: World, standing: Standing) -> None:
    world |= {"a": standing.a.id, "b": standing.b.id, "provider": standing.provider.id}
    world |= {name: standing[name].user_id or 0 for name in PEOPLE}


def _token(world: World, standing: Standing) -> None:
    token, _text = create_token(standing["kai"], name="of kai")
    world["token"] = token.id


def _audit_entry(world: World, standing: Standing) -> None:
    newest = queries.fetch_audit(
        standing["root"], {"verb": "people.create_token"}, PageRequest(limit=1)
    )
    world["audit_entry"] = newest.items[0].id


def _monitored(world: World, standing: Standing) -> None:
    """A source of customer A with one thing of each kind."""
    root = standing["root"]
    draft = SourceDraft(**_source_form(world, "Cloud A"))
    source = collect_actions.add_source(root, draft)
    poll = Poll(
        source=source.id,
        tenant=source.tenant,
        source_name=source.name,
        connector=source.connector,
        read=Read.INVENTORY,
        started_at=source.created_at,
    )
    with transaction() as conn:
        inventory_actions.apply_page(conn, poll, build_page(source.created_at))
    lists = {
        "desktop": inventory.fetch_desktops,
        "desktop_user": inventory.fetch_desktop_users,
        "pool": inventory.fetch_pools,
        "host": inventory.fetch_hosts,
        "licence": inventory.fetch_licences,
    }
    world |= {name: fetch(root).items[0].id for name, fetch in lists.items()}
    world["source"] = source.id
    world["engine"] = _make_engine(source.id, source.created_at)
    files = {"acme.mib": MIB.encode()}
    made = trap_families.import_mibs(root, source.tenant, files, now=SystemClock().now())
    world |= {"trap_family": made.families[0][0], "trap": 0}


def _tomorrow() -> str:
    return (SystemClock().now() + timedelta(hours=23)).isoformat()


def _governed(world: World, standing: Standing) -> None:
    """A channel, a route and an alarm of customer A, which Kai was told of."""
    root, now = standing["root"], SystemClock().now()
    tenant = standing.a.id
    channel = ChannelDraft(kind="webhook", name="hook", settings=WEBHOOK_SETTINGS)
    box = open_secret_box(load_settings())
    world["channel"] = channels.add_channel(root, tenant, channel, box=box, now=now)
    people = (standing["kai"].user_id or UserId(0),)
    route = RouteDraft(name="to kai", condition={"field": "*", "op": "always"}, people=people)
    world["route"] = routes.add_route(root, tenant, route, now=now)
    world["alarm"] = make_alarm(tenant, int(world["source"]), now=now)
    world["alarm_type"] = "host.down"
    world["message"] = message_queries.fetch_messages(root).items[0].id


def _hours(count: int) -> str:
    return (SystemClock().now() + timedelta(hours=count)).isoformat()


def _duty(world: World, standing: Standing) -> None:
    """A schedule of customer A by which Kai is on duty, and one of each thing that goes before."""
    root, kai, now = standing["root"], standing["kai"], SystemClock().now()
    id = kai.user_id or UserId(0)
    layer = LayerDraft(name="kai", starts_on=now.date() - timedelta(days=9), groups=((id,),))
    draft = ScheduleDraft(name="desk", layers=(layer,))
    schedule = duty_schedules.add_schedule(root, standing.a.id, draft, now=now)

    def at(hours: int) -> dict[str, Any]:
        start = now + timedelta(hours=hours)
        return {"starts_at": start, "ends_at": start + timedelta(hours=1)}

    olga = UserId(int(world["olga"]))
    override = OverrideDraft(kind=OverrideKind.ADD, stand_in=olga, **at(5))
    temporary = TemporaryDraft(user=olga, **at(7))
    asked = SwapDraft(schedule=schedule, asked=UserId(int(world["mia"])), **at(40))
    world |= {
        "schedule": schedule,
        "override": duty_changes.add_override(root, schedule, override, now=now),
        "temporary": duty_changes.add_temporary(root, schedule, temporary, now=now),
        "leave": duty_changes.add_leave(kai, LeaveDraft(user=id, **at(60)), now=now),
        "swap": swaps.ask_swap(kai, asked, now=now),
        "feed_token": feeds.renew_feed(kai, now=now),
    }


def _kinds(world: World, standing: Standing) -> None:
    world |= {"figure": "users-online", "channel_kind": "webhook", "connector": "huawei_workspace"}


def _calendars(world: World, standing: Standing) -> None:
    calendar_actions.bootstrap()


BUILDERS: list[Callable[[World, Standing], None]] = [
    _calendars,
    _people,
    _token,
    _audit_entry,
    _monitored,
    personas_contacts.build,
    personas_escalation.build,
    personas_masks.build,
    personas_diagnoses.build,
    personas_selfservice.build,
    personas_knowledge.build,
    personas_saved_views.build,
    personas_agents.build,
    personas_sets.build,
    personas_scripts.build,
    personas_reports.build,
    personas_runs.build,
    personas_service.build,
    personas_inspection.build,
    personas_assurance.build,
    personas_changes.build,
    personas_visits.build,
    personas_remedies.build,
    personas_triggers.build,
    personas_ssh.build,
    personas_timetables.build,
    personas_thresholds.build,
    personas_intake.build,
    _governed,
    _duty,
    personas_situations.build,
    _kinds,
]
