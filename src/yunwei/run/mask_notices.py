"""Tells people about mask rules themselves: they begin, end soon, are over, want an approval."""

from collections.abc import Iterable
from datetime import datetime

from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Role
from yunwei.base.people.rules import PERMISSIONS
from yunwei.monitor.governance.facts.mask_notices import MaskNotice, NoticeKind
from yunwei.monitor.governance.queries import mask_rules
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.facts.routes import Contact, Snapshot
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.notify.rules.words import render_time

EVERY_S = 20.0
_MANAGERS = tuple(role.value for role in Role if Permission.MANAGE_RULES in PERMISSIONS[role])

_WORDS: dict[NoticeKind, tuple[tuple[str, str], tuple[str, str]]] = {
    NoticeKind.START: (
        ("屏蔽规则“{name}”即将生效", "Mask rule “{name}” begins soon"),
        (
            "它将于 {at} 生效。如计划有变，请及时修改或停用。",
            "It begins at {at}. Change or stop it in time if plans have changed.",
        ),
    ),
    NoticeKind.WARNING: (
        ("屏蔽规则“{name}”即将结束", "Mask rule “{name}” ends soon"),
        (
            "它将于 {at} 结束。结束时仍未恢复的告警将按规则的结束策略通知。如仍需要，请延长。",
            "It ends at {at}. What still stands then is told by its end policy. Extend it if it "
            "is still needed.",
        ),
    ),
    NoticeKind.END: (
        ("屏蔽规则“{name}”已结束", "Mask rule “{name}” is over"),
        (
            "它于 {at} 结束，共处理 {hits} 次告警，其中 {standing} 次仍未恢复。",
            "It ended at {at}. It treated {hits} alarms, of which {standing} still stand.",
        ),
    ),
    NoticeKind.ASKED: (
        ("请批准屏蔽规则“{name}”", "Mask rule “{name}” wants your approval"),
        (
            "{by} 申请批准第 {version} 版。批准之前它不生效。",
            "{by} asks for the approval of version {version}. Until then it does not hold.",
        ),
    ),
    NoticeKind.APPROVED: (
        ("屏蔽规则“{name}”已批准", "Mask rule “{name}” is approved"),
        ("{by} 批准了第 {version} 版。", "{by} approved version {version}."),
    ),
    NoticeKind.REJECTED: (
        ("屏蔽规则“{name}”未获批准", "Mask rule “{name}” is not approved"),
        (
            "{by} 未批准第 {version} 版：{note}",
            "{by} did not approve version {version}: {note}",
        ),
    ),
}


class OwnerTeller:
    """Plans each notice once; what another copy planned is in the outbox once all the same."""

    def __init__(self, clock: Clock, *, public_url: str, time_zone: str) -> None:
        self._clock = clock
        self._public_url = public_url
        self._time_zone = time_zone
        self._told: frozenset[str] = frozenset()

    def step(self) -> float:
        """Plan what is due; returns the seconds to the next time."""
        now = self._clock.now()
        with transaction() as conn:
            due = mask_rules.system_notices(conn, now=now)
            new = [each for each in due if each.key not in self._told]
            if new:
                contacts = route_queries.system_snapshot(
                    conn, public_url=self._public_url, time_zone=self._time_zone
                )
                outbox.plan_notices(conn, build_notices(new, contacts), contacts, now)
        self._told = frozenset(each.key for each in due)
        return EVERY_S


def build_notices(due: Iterable[MaskNotice], contacts: Snapshot) -> list[Notice]:
    """Return the notices in words, each to whom it concerns."""
    return [_build(each, contacts) for each in due]


def _build(told: MaskNotice, contacts: Snapshot) -> Notice:
    subject, body = _WORDS[told.kind]
    said = {
        "name": told.name,
        "at": _say_time(told.at, contacts.time_zone),
        "hits": told.hits,
        "standing": told.standing,
        "by": told.by,
        "version": told.version,
        "note": told.note,
    }
    people = [each for each in contacts.contacts if _is_meant(told, each, contacts)]
    return Notice(
        tenant=told.tenant,
        key=told.key,
        subject=Bilingual(zh=subject[0].format(**said), en=subject[1].format(**said)),
        body=Bilingual(zh=body[0].format(**said), en=body[1].format(**said)),
        people=tuple(each.user for each in people),
        # an owner who is gone leaves the rule to those who manage rules
        roles=() if people else _MANAGERS,
        link=f"/mask-rules/{told.rule}",
    )


def _is_meant(told: MaskNotice, contact: Contact, contacts: Snapshot) -> bool:
    if told.to:
        return contact.username in told.to
    is_near = contact.tenant in (told.tenant, contacts.provider)
    return is_near and contact.role in _MANAGERS and contact.username not in told.but_not


def _say_time(at: datetime, time_zone: str) -> str:
    return f"{render_time(at, time_zone)} ({time_zone})"
