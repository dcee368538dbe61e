"""Situations as govern moves them: opened by what explains or gathers alarms, followed, closed.
What people do with them is in `situations`."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.ids import AlarmId, NoiseRuleId, SituationId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.decisions import Decision, Judgement
from yunwei.monitor.governance.facts.memory import LiveParent
from yunwei.monitor.governance.facts.situations import (
    MemberDraft,
    MemberRole,
    SituationDraft,
    SituationKind,
    StoryEntry,
    StoryVerb,
)
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.monitor.governance.store import situations as store

_MOST_NAMES = 2000
_A_MOMENT = timedelta(seconds=1)

type Story = list[tuple[SituationId, StoryEntry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An alarm that a decision attaches to what explains it."""

    alarm: Alarm
    decision: Decision
    cause: AlarmId


def find_attachment(judgement: Judgement) -> Attachment | None:
    """Return the place that a judgement gives an alarm, None for none."""
    for each in judgement.decisions:
        if each.cause is not None:
            return Attachment(alarm=judgement.case.alarm, decision=each, cause=each.cause)
    return None


def attach(
    conn: Connection, attachments: Sequence[Attachment], memory: WorkingMemory, now: datetime
) -> set[SituationId]:
    """Put alarms into the situations of what explains them; returns those that changed.

    Cost: some six statements for a batch, none when there is nothing to attach.
    """
    if not attachments:
        return set()
    rows = alarm_queries.system_alarms(conn, {each.cause for each in attachments})
    roots = {id: row.alarm for id, row in rows.items()}
    drafts = [
        _draft(roots[each.cause], each.decision, memory)
        for each in {each.cause: each for each in attachments if each.cause in roots}.values()
    ]
    opened = store.open_situations(conn, drafts, now)
    by_root = {draft.root: opened[draft.tenant, draft.key][0] for draft in drafts}
    new = {id for id, is_new in opened.values() if is_new}
    members = [
        (by_root[root.id], _member(root, MemberRole.ROOT, "root"))
        for root in roots.values()
        if by_root.get(root.id) in new
    ]
    members += [
        (by_root[each.cause], _member(each.alarm, MemberRole.MEMBER, each.decision.reason))
        for each in attachments
        if each.cause in by_root
    ]
    added = store.add_members(conn, members, now)
    places: dict[AlarmId, SituationId | None] = {row["alarm"]: row["situation"] for row in added}
    story = _tell_opened(drafts, opened, now) + _tell_grown(added, new, now)
    alarm_actions.set_situations(conn, places)
    candidates = [each.alarm.id for each in attachments if memory.parent(each.alarm.id)]
    story += _merge(conn, candidates, places, now)
    store.add_story(conn, story)
    return set(by_root.values())


def _draft(root: Alarm, decision: Decision, memory: WorkingMemory) -> SituationDraft:
    affected = memory.topology.affected(memory.nodes_of(root.id))
    return SituationDraft(
        tenant=root.tenant,
        kind=SituationKind.TOPOLOGY,
        key=f"topology-{root.id}",
        rule=NoiseRuleId(decision.rule_id) if decision.rule_id is not None else None,
        rule_version=decision.rule_version,
        rule_name=decision.rule_name,
        root=root.id,
        root_occurrence=root.occurrence,
        title=root.text,
        severity=root.severity,
        affected=affected[:_MOST_NAMES],
    )


def _member(alarm: Alarm, role: MemberRole, reason: str) -> MemberDraft:
    return MemberDraft(alarm=alarm.id, occurrence=alarm.occurrence, role=role, reason=reason)


def _tell_opened(
    drafts: Iterable[SituationDraft],
    opened: Mapping[store.Key, tuple[SituationId, bool]],
    now: datetime,
) -> Story:
    return [
        (
            opened[draft.tenant, draft.key][0],
            StoryEntry(
                at=now,
                verb=StoryVerb.OPENED,
                alarm=draft.root,
                text=draft.rule_name,
                facts={"affected": len(draft.affected)},
            ),
        )
        for draft in drafts
        if opened[draft.tenant, draft.key][1]
    ]


def _tell_grown(
    added: Iterable[Mapping[str, Any]], new: Collection[SituationId], now: datetime
) -> Story:
    grown = Counter(row["situation"] for row in added if row["is_new"])
    # the root is one of them
    counts = {id: count - (id in new) for id, count in grown.items()}
    return [
        (id, StoryEntry(at=now, verb=StoryVerb.GREW, facts={"count": count}))
        for id, count in counts.items()
        if count
    ]


def _merge(
    conn: Connection,
    candidates: Sequence[AlarmId],
    places: Mapping[AlarmId, SituationId | None],
    now: datetime,
) -> Story:
    """What explained others is now explained itself: its situation becomes part of the greater
    one."""
    story: Story = []
    lesser = store.roots_among(conn, candidates) if candidates else {}
    for root, situation in lesser.items():
        into = places.get(root)
        if into is None or into == situation:
            continue
        moved = store.merge_members(conn, situation, into)
        store.close_situations(conn, [situation], by="", now=now)
        alarm_actions.set_situations(conn, dict.fromkeys(moved, into))
        entry = StoryEntry(at=now, verb=StoryVerb.MERGED, alarm=root, facts={"situation": into})
        story += [
            (situation, entry),
            (
                into,
                StoryEntry(
                    at=now,
                    verb=StoryVerb.MERGED,
                    alarm=root,
                    facts={"count": len(moved), "from": situation},
                ),
            ),
        ]
    return story


def release(
    conn: Connection, places: Mapping[AlarmId, SituationId], now: datetime
) -> set[SituationId]:
    """Take alarms out of situations that explain them no longer; returns those that changed."""
    if not places:
        return set()
    left = store.leave_members(conn, places, "released", now)
    alarm_actions.set_situations(conn, dict.fromkeys((row["alarm"] for row in left), None))
    counts = Counter(row["situation"] for row in left)
    store.add_story(
        conn,
        [
            (id, StoryEntry(at=now, verb=StoryVerb.RELEASED, facts={"count": count}))
            for id, count in counts.items()
        ],
    )
    return set(counts)


def note_roots(conn: Connection, moved: Sequence[Alarm], now: datetime) -> None:
    """Follow roots that cleared or came back. moved: alarms of situations that did either."""
    if not moved:
        return
    by_id = {alarm.id: alarm for alarm in moved}
    roots = store.roots_among(conn, by_id)
    story: Story = []
    for row in store.lock_situations(conn, roots.values()) if roots else ():
        root = by_id[row["root"]]
        verb = StoryVerb.ROOT_CLEARED if root.is_cleared else StoryVerb.ROOT_RETURNED
        story.append((row["id"], StoryEntry(at=now, verb=verb, alarm=root.id)))
        if root.is_cleared:
            settled_at = now + timedelta(seconds=row["settle_s"])
            store.set_due(conn, {row["id"]: settled_at + _A_MOMENT})
        else:
            store.set_due(conn, {row["id"]: None})
    store.add_story(conn, story)


def free_later(
    conn: Connection, ended: Iterable[LiveParent], memory: WorkingMemory, now: datetime
) -> None:
    """Look again at what faults explained that have just ended, once it had time to end, too."""
    due: dict[tuple[TenantId, NoiseRuleId], datetime] = {}
    for fault in ended:
        for each in memory.inhibitions_of(fault.tenant, fault.alarm_type):
            if each.is_parent(fault.row):
                settled_at = now + timedelta(seconds=each.content.settle_s)
                due[fault.tenant, each.rule.id] = settled_at
    for (tenant, rule), at in due.items():
        alarm_actions.make_due(conn, tenant, rule, at)


def count(
    conn: Connection,
    situations: Collection[SituationId],
    now: datetime,
    *,
    with_gathered: bool = False,
) -> None:
    """Bring counts and severity of situations in line with their alarms.

    with_gathered: those of storms and alike alarms as well, which have so many that they are
    counted now and then only.
    """
    if situations:
        for row in store.count_situations(conn, situations, now, with_gathered=with_gathered):
            announce_live("situations", row["tenant"])


def close_due(conn: Connection, now: datetime) -> None:
    """Close the situations whose fault is over and whose alarms are gone or released."""
    ids = store.due_situations(conn, now, is_gathered=False)
    if not ids:
        return
    count(conn, ids, now)
    over: list[SituationId] = []
    again: dict[SituationId, datetime | None] = {}
    for row in store.lock_situations(conn, ids):
        if not row["root_is_cleared"]:
            again[row["id"]] = None
        elif row["open_members"]:
            again[row["id"]] = now + timedelta(seconds=max(10, row["settle_s"]))
        else:
            over.append(row["id"])
    store.set_due(conn, again)
    close(conn, over, by="", now=now)


def close(conn: Connection, situations: Sequence[SituationId], *, by: str, now: datetime) -> None:
    """End situations; their alarms belong to none from now on."""
    if not situations:
        return
    closed = store.close_situations(conn, situations, by=by, now=now)
    alarm_actions.leave_situations(conn, situations)
    entry = StoryEntry(at=now, verb=StoryVerb.CLOSED, by=by)
    store.add_story(conn, [(row["id"], entry) for row in closed])
    for tenant in {row["tenant"] for row in closed}:
        announce_live("situations", tenant)
