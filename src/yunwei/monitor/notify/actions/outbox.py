"""Messages into the outbox, in the transaction of what they tell. What becomes of them is in
`sending`; what people do with them in `messages`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Judgement, Occasion
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.notify.actions import escalation as escalation_actions
from yunwei.monitor.notify.actions.writing import write_messages
from yunwei.monitor.notify.facts.escalation import Untold, UntoldReason
from yunwei.monitor.notify.facts.messages import Hold, MessageDraft, MessageKind
from yunwei.monitor.notify.facts.notices import Notice, NoticeWay
from yunwei.monitor.notify.facts.routes import Routing, Snapshot, Started
from yunwei.monitor.notify.queries.abouts import find_abouts
from yunwei.monitor.notify.rules.addresses import find_address, find_quiet_end
from yunwei.monitor.notify.rules.drafts import (
    build_draft,
    build_end,
    build_flapping_key,
    build_link,
)
from yunwei.monitor.notify.rules.notices import find_ways
from yunwei.monitor.notify.rules.routing import Router
from yunwei.monitor.notify.rules.words import render_notice
from yunwei.monitor.notify.store import escalation as escalation_store
from yunwei.monitor.notify.store import messages as message_store

_ENDS = frozenset({Occasion.CLEARED, Occasion.SETTLED})
"""What only those hear of who heard of the beginning."""


def plan_messages(
    conn: Connection,
    judgements: Sequence[Judgement],
    router: Router,
    *,
    now: datetime,
) -> tuple[Alarm, ...]:
    """Write into the outbox what judgements lead to, in the caller's transaction.

    Returns the alarms that ought to be told but have no route that leads to anybody.
    """
    snapshot = router.snapshot
    abouts = find_abouts(conn, [each.case.alarm for each in judgements], router, now=now)
    unrouted: list[Alarm] = []
    untold: list[Untold] = []
    drafts: list[MessageDraft] = []
    started: list[Started] = []
    ended: list[Judgement] = []
    for judgement in judgements:
        if not judgement.is_to_be_told:
            continue
        if judgement.telling in _ENDS:
            ended.append(judgement)
            continue
        case = judgement.case
        about = abouts[case.alarm.occurrence]
        if about.severity is not case.alarm.severity:  # the occurrence was judged twice
            about = replace(about, severity=case.alarm.severity)
        routing = router(about, build_row(case))
        if routing.is_empty and not routing.below:
            unrouted.append(case.alarm)
        untold.extend(_find_untold(case.alarm, routing, now))
        if judgement.telling is Occasion.FLAPPING or judgement.is_digested:
            # nothing escalates, but those who would hear of a raise at first hear of it
            routing = router.with_first_steps(routing, about)
        elif routing.policies or case.occasion is Occasion.WORSENED:
            started.append(Started(case=case, policies=routing.policies))
        drafts.extend(build_draft(judgement, target, snapshot, now) for target in routing.targets)
    cases = [judgement.case for judgement in judgements]
    drafts += escalation_actions.plan_escalations(conn, cases, started, router, now=now)
    escalation_store.add_untold(conn, untold)
    # raises first: a clear of the same batch finds the raise that it ends
    write_messages(conn, drafts)
    write_messages(conn, _build_ends(conn, ended, snapshot, now))
    return tuple(unrouted)


def _find_untold(alarm: Alarm, routing: Routing, now: datetime) -> Iterator[Untold]:
    """Yield why an alarm reaches nobody, or only those who are told of what reaches nobody."""
    if routing.is_empty and routing.below:
        name = routing.below[0].name
        yield _untold(alarm, UntoldReason.BELOW_THRESHOLD, now=now, name=name, said_at=now)
    elif routing.is_empty:
        # it becomes an alarm on ourselves in this very transaction
        yield _untold(alarm, UntoldReason.NO_ROUTE, now=now, said_at=now)
    elif routing.is_fallback:
        yield _untold(alarm, UntoldReason.NOBODY_REACHED, now=now)


def _untold(
    alarm: Alarm,
    reason: UntoldReason,
    *,
    now: datetime,
    name: str = "",
    said_at: datetime | None = None,
) -> Untold:
    return Untold(
        tenant=alarm.tenant,
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        at=now,
        reason=reason,
        name=name,
        said_at=said_at,
    )


def _build_ends(
    conn: Connection, ended: Sequence[Judgement], snapshot: Snapshot, now: datetime
) -> list[MessageDraft]:
    """Return the end of each raise, or of each flapping, that somebody was told of, to the same
    people by the same ways."""
    by_occurrence = {
        each.case.alarm.occurrence: each for each in ended if each.telling is Occasion.CLEARED
    }
    by_flapping = {
        build_flapping_key(each.case.alarm.id, each.case.flapped_since): each
        for each in ended
        if each.case.flapped_since is not None
    }
    told = [
        *((by_occurrence[row["occurrence"]], row) for row in _told_of(conn, by_occurrence)),
        *((by_flapping[row["key"]], row) for row in _told_of_flapping(conn, by_flapping)),
    ]
    ends = (
        build_end(judgement, row, snapshot, now) for judgement, row in told if row["tells_clear"]
    )
    return list({draft.dedupe: draft for draft in ends}.values())


def _told_of(conn: Connection, occurrences: Iterable[int]) -> list[dict[str, Any]]:
    wanted = list(occurrences)
    return message_store.told_of(conn, wanted) if wanted else []


def _told_of_flapping(conn: Connection, keys: Iterable[str]) -> list[dict[str, Any]]:
    wanted = list(keys)
    return message_store.told_of_flapping(conn, wanted) if wanted else []


def plan_notices(
    conn: Connection, notices: Sequence[Notice], snapshot: Snapshot, now: datetime
) -> tuple[Notice, ...]:
    """Write notices into the outbox, in the caller's transaction; each key once per person and way.

    Returns those that reach nobody. Cost: one statement, whatever their number.
    """
    lost: list[Notice] = []
    drafts: list[MessageDraft] = []
    for notice in notices:
        ways = find_ways(notice, snapshot)
        if not ways:
            lost.append(notice)
        drafts.extend(_build_notice(notice, way, snapshot, now) for way in ways)
    write_messages(conn, drafts)
    return tuple(lost)


def plan_notice(
    conn: Connection, notice: Notice, snapshot: Snapshot, now: datetime
) -> tuple[str, ...]:
    """Write one notice into the outbox, as `plan_notices`; returns the keys of its messages, by
    which `queries.messages.system_told` tells what became of them."""
    drafts = [_build_notice(notice, way, snapshot, now) for way in find_ways(notice, snapshot)]
    write_messages(conn, drafts)
    return tuple(each.dedupe for each in drafts)


def _build_notice(
    notice: Notice, way: NoticeWay, snapshot: Snapshot, now: datetime
) -> MessageDraft:
    contact, channel = way.contact, way.channel
    by = f"c{channel.id}" if channel else "screen"
    who = f"m{way.outside}" if way.outside else f"u{contact.user if contact else 0}"
    link = "" if way.outside else notice.link
    quiet_end = find_quiet_end(contact, channel, notice.severity, now)
    content = render_notice(notice, language=way.language, route_name=way.route_name)
    return MessageDraft(
        dedupe=f"notice-{notice.tenant}-{notice.key}-{by}-{who}",
        tenant=notice.tenant,
        alarm=notice.alarm,
        occurrence=notice.occurrence,
        kind=MessageKind.NOTICE,
        route=None,
        route_name=way.route_name,
        channel=channel.id if channel else None,
        user=contact.user if contact else None,
        recipient=_name_of(way),
        address=way.outside or find_address(contact, channel, snapshot),
        content=content,
        severity=notice.severity.value if notice.severity else "",
        data={
            "kind": MessageKind.NOTICE.value,
            "key": notice.key,
            "tenant": snapshot.tenant_names.get(notice.tenant, ""),
            "severity": notice.severity.value if notice.severity else None,
            "text": content.subject,
            "link": build_link(snapshot.public_url, notice.alarm, path=link),
            **({"enclosure": dict(notice.enclosure)} if notice.enclosure else {}),
            **({"thread": notice.thread} if notice.thread else {}),
            **({"reply_to": notice.reply_to} if notice.reply_to else {}),
        },
        at=now,
        link=link,
        language=way.language,
        hold=Hold.QUIET if quiet_end else Hold.NONE,
        due_at=quiet_end,
    )


def _name_of(way: NoticeWay) -> str:
    if way.contact is not None:
        return way.contact.name
    return way.outside or (way.channel.name if way.channel else "")
