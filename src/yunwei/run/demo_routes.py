"""The demo's ways from an alarm to people: contacts, owners, an escalation by duty, routes."""

from datetime import datetime

from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clock import Clock
from yunwei.base.people import queries as people_queries
from yunwei.base.people.actions import contacts
from yunwei.base.people.actions.demo import ON_DUTY
from yunwei.base.people.facts import AddressKind, QuietHours, Role, Viewer
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.notify.actions import ownerships, policies, routes
from yunwei.monitor.notify.facts.escalation import PolicyDraft, PolicyStep
from yunwei.monitor.notify.facts.reaching import Owner, OwnershipDraft, Scope, Targets
from yunwei.monitor.notify.facts.routes import RouteDraft

_MINUTE_S = 60


def add_demo_routes(admin: Viewer, schedule: ScheduleId, clock: Clock) -> None:
    """Let what is grave escalate over those on duty, and owners hear of what is theirs; whoever
    the last route tells is told as well."""
    now = clock.now()
    _add_owners(admin, now)
    _add_contacts(admin, now)
    policy = policies.add_policy(admin, admin.tenant, _build_policy(schedule), now=now)
    by_duty = RouteDraft(
        name="紧急和重要告警按值班升级 / Grave alarms escalate by duty",
        condition={"field": "severity", "op": "in", "value": ["critical", "major"]},
        policy=policy,
        goes_on=True,
    )
    routes.add_route(admin, admin.tenant, by_duty, now=now)
    to_owners = RouteDraft(
        name="通知负责人 / Owners hear of what is theirs",
        condition={"field": "managed_object", "op": "under", "value": "/host"},
        owners=(Owner.OBJECT,),
        min_severity=Severity.MINOR,
        goes_on=True,
    )
    routes.add_route(admin, admin.tenant, to_owners, now=now)


def _build_policy(schedule: ScheduleId) -> PolicyDraft:
    def by_duty(role: DutyRole) -> Targets:
        return Targets(schedules=(schedule,), duty_role=role)

    return PolicyDraft(
        name="按值班升级 / By duty",
        steps=(
            PolicyStep(delay_s=0, targets=by_duty(DutyRole.PRIMARY)),
            PolicyStep(delay_s=15 * _MINUTE_S, targets=by_duty(DutyRole.BACKUP)),
            PolicyStep(
                delay_s=30 * _MINUTE_S,
                targets=Targets(roles=(Role.SERVICE_MANAGER.value,)),
                min_severity=Severity.CRITICAL,
            ),
        ),
        loops=1,
        loop_delay_s=60 * _MINUTE_S,
    )


def _add_owners(admin: Viewer, now: datetime) -> None:
    first, second = (_user(name) for name in ON_DUTY[:2])
    entries = (
        OwnershipDraft(
            scope=Scope.OBJECT, path="/host", people=(first,), note="主机组 / Host team"
        ),
        OwnershipDraft(
            scope=Scope.OBJECT, path="/device", people=(second,), note="网络组 / Network team"
        ),
    )
    for entry in entries:
        ownerships.add_ownership(admin, admin.tenant, entry, now=now)


def _add_contacts(admin: Viewer, now: datetime) -> None:
    """Numbers that nobody has, an account, and one who wants to sleep."""
    for place, name in enumerate(ON_DUTY):
        number = f"+86138001380{place:02d}"
        contacts.add_contact(admin, _user(name), AddressKind.MOBILE, number, now=now)
    first = _user(ON_DUTY[0])
    contacts.add_contact(admin, first, AddressKind.WECOM_USER, "ZhangWei", now=now)
    night = QuietHours(starts_minute=22 * 60, ends_minute=7 * 60, time_zone="Asia/Shanghai")
    contacts.set_quiet_hours(admin, first, night)
    viewer = people_queries.viewer_by_name(ON_DUTY[0])
    contacts.add_contact(viewer, first, AddressKind.DINGTALK_USER, "zhangwei01", now=now)


def _user(name: str) -> UserId:
    return people_queries.viewer_by_name(name).user_id or UserId(0)
