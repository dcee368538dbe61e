"""Situations of too many alarms, or of alike ones, as govern moves them: opened with the first that
is gathered, followed, told of as a whole, closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yunwei.base.core.ids import NoiseRuleId, SituationId
from yunwei.base.core.own_texts import say_both
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.actions.attaching import close, count
from yunwei.monitor.governance.facts.decisions import Case, Decision, Judgement, Outcome
from yunwei.monitor.governance.facts.gathering import Gathering
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.governance.facts.situations import (
    MemberDraft,
    MemberRole,
    News,
    Phase,
    SituationDraft,
    SituationKind,
    StoryEntry,
    StoryVerb,
)
from yunwei.monitor.governance.rules.gathering import find_place, find_scope
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.monitor.governance.stages.gathering import GATHERED, is_news
from yunwei.monitor.governance.store import situations as store

_STAGES = frozenset(GATHERED.values())
_AGAIN = timedelta(minutes=1)
_COUNT_EVERY = timedelta(seconds=20)
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An alarm that a decision gathers, with what it has in common with the others."""

    case: Case
    decision: Decision


def find_gathered(judgement: Judgement) -> Decision | None:
    """Return the decision by which an alarm is, or stays, one of a storm or of alike ones."""
    for each in judgement.decisions:
        if each.stage in _STAGES and each.outcome is Outcome.SUPPRESS:
            return each
    return None


def note_judged(memory: WorkingMemory, judgement: Judgement) -> None:
    """Count an alarm that people hear of, or would but for what gathers it."""
    case = judgement.case
    gatherings = memory.gatherings_of(case.alarm.tenant)
    if not gatherings or not is_news(case, case.alarm):
        return
    gathered = find_gathered(judgement)
    if not judgement.is_to_be_told and gathered is None:
        return
    if gathered is not None and gathered.stage == "storm":
        # in a storm nobody hears of alike alarms, and it costs most when there are most
        gatherings = tuple(each for each in gatherings if each.kind is SituationKind.STORM)
    _count(memory, gatherings, case)


def _count(memory: WorkingMemory, gatherings: Iterable[Gathering], case: Case) -> None:
    alarm, row = case.alarm, None
    for each in gatherings:
        if each.matches is not None:
            row = row or build_row(case)
            if not each.matches(row):
                continue
        scope = find_scope(each, alarm, memory.topology)
        if scope is not None:
            memory.count(each, scope, alarm.alarm_type, case.now)


def gather(
    conn: Connection, gathered: Sequence[Gathered], memory: WorkingMemory, now: datetime
) -> set[SituationId]:
    """Put alarms into the situations of what they are many of; returns those that changed.

    Cost: some five statements for a batch, none when there is nothing to gather.
    """
    new = [each for each in gathered if each.decision.scope]
    if not new:
        return set()
    drafts = {_key(each): _draft(each, memory) for each in new}
    opened = store.open_situations(conn, drafts.values(), now)
    members = [
        (
            opened[each.case.alarm.tenant, _key(each)][0],
            MemberDraft(
                alarm=each.case.alarm.id,
                occurrence=each.case.alarm.occurrence,
                role=MemberRole.MEMBER,
                reason=each.decision.reason,
            ),
        )
        for each in new
    ]
    added = store.add_members(conn, members, now)
    alarm_actions.set_situations(conn, {row["alarm"]: row["situation"] for row in added})
    begun = [id for id, is_new in opened.values() if is_new]
    entry = StoryEntry(at=now, verb=StoryVerb.OPENED, text=new[0].decision.rule_name)
    store.add_story(conn, [(id, entry) for id in begun])
    # told of at the next look, which is due at once
    store.set_due(conn, dict.fromkeys(begun, now))
    return {id for id, _is_new in opened.values()}


def _key(each: Gathered) -> str:
    return f"{each.decision.stage}-{each.decision.rule_id}-{each.decision.scope}"


def _draft(each: Gathered, memory: WorkingMemory) -> SituationDraft:
    alarm, decision = each.case.alarm, each.decision
    is_storm = decision.stage == "storm"
    return SituationDraft(
        tenant=alarm.tenant,
        kind=SituationKind.STORM if is_storm else SituationKind.GROUP,
        key=_key(each),
        rule=NoiseRuleId(decision.rule_id) if decision.rule_id is not None else None,
        rule_version=decision.rule_version,
        rule_name=decision.rule_name,
        root=None,
        root_occurrence=None,
        title=_title(each, memory),
        severity=alarm.severity,
    )


def _title(each: Gathered, memory: WorkingMemory) -> str:
    """In both languages, as the platform's own alarms are."""
    alarm, source = each.case.alarm, each.case.source_name
    rules = memory.gatherings_of(alarm.tenant)
    rule = next((known for known in rules if known.rule.id == each.decision.rule_id), None)
    if each.decision.stage == "storm":
        where = source if rule is not None and rule.keys else ""
        return say_both(
            f"告警风暴：{where or '所有数据源'}", f"Alarm storm: {where or 'all sources'}"
        )
    place = find_place(rule, alarm, memory.topology) if rule is not None else ""
    name = alarm.alarm_type + (f" @ {place}" if place else "")
    return say_both(f"同类告警：{name}", f"Alike alarms: {name}")


def look_at_situations(conn: Connection, memory: WorkingMemory, now: datetime) -> tuple[News, ...]:
    """Look at the gathered situations that are due, and at what grew a lot; returns what people
    are to hear of them."""
    grown = _look_at_grown(conn, now)
    ids = store.due_situations(conn, now, is_gathered=True)
    if not ids:
        return grown
    count(conn, ids, now, with_gathered=True)
    news: list[News] = []
    over: list[SituationId] = []
    due: dict[SituationId, datetime | None] = {}
    for row in store.lock_situations(conn, ids):
        scope = row["key"].split("-", 2)[2]
        calm = memory.calm_at(row["rule"], scope, now)
        phase = _phase(row, now, is_over=calm is None)
        if phase is not None:
            news.append(_build_news(conn, row, phase))
        if calm is not None:
            due[row["id"]] = min(now + _COUNT_EVERY, calm)
        elif row["kind"] == SituationKind.STORM or not row["open_members"]:
            over.append(row["id"])
        else:
            due[row["id"]] = now + _AGAIN
    store.set_due(conn, due)
    store.set_told(conn, news, now)
    store.add_story(conn, [(each.situation, _tell(each, now)) for each in news])
    close(conn, over, by="", now=now)
    return (*grown, *news)


def _look_at_grown(conn: Connection, now: datetime) -> tuple[News, ...]:
    """Return the faults that took far more along than people were told of."""
    rows = store.grown_situations(conn)
    news = tuple(_build_news(conn, row, Phase.GREW) for row in rows)
    store.set_told(conn, news, now)
    store.add_story(conn, [(each.situation, _tell(each, now)) for each in news])
    return news


def _phase(row: dict[str, Any], now: datetime, *, is_over: bool) -> Phase | None:
    """Return what people have not heard yet, None for nothing. That it is over is told once."""
    if row["told_at"] is None:
        return Phase.BEGAN
    if is_over:
        return None if row["told_severity"] == Phase.OVER else Phase.OVER
    is_time = now >= row["told_at"] + timedelta(seconds=row["digest_s"])
    return Phase.GREW if is_time and row["members"] != row["told_members"] else None


def _build_news(conn: Connection, row: dict[str, Any], phase: Phase) -> News:
    types = store.types_of(conn, row["id"], _EXAMPLES)
    return News(
        situation=row["id"],
        tenant=row["tenant"],
        kind=SituationKind(row["kind"]),
        phase=phase,
        title=row["title"],
        severity=Severity(row["severity"]),
        members=row["members"],
        open_members=row["open_members"],
        types=tuple((each["alarm_type"], each["count"]) for each in types),
        examples=tuple(each["example"] for each in types),
        title_type=row["title_type"],
    )


def _tell(news: News, now: datetime) -> StoryEntry:
    facts: dict[str, str | int] = {"count": news.members, "phase": news.phase.value}
    return StoryEntry(at=now, verb=StoryVerb.TOLD, facts=facts)


def restore_gathered(
    conn: Connection, memory: WorkingMemory, cases: Iterable[Case], now: datetime
) -> None:
    """Count again what came lately, and go on with what was on.

    cases: alarms that people heard of or that were gathered, by when we heard of them.
    """
    memory.forget_counts()
    for case in cases:
        _count(memory, memory.gatherings_of(case.alarm.tenant), case)
    for row in store.open_gathered(conn):
        rules = memory.gatherings_of(row["tenant"])
        known = next((each for each in rules if each.rule.id == row["rule"]), None)
        if known is not None and row["told_severity"] != Phase.OVER:
            memory.gather_again(known, row["key"].split("-", 2)[2], row["opened_at"], now)


def is_counted(alarm: Alarm) -> bool:
    """Say whether people heard of an alarm, or it was gathered."""
    return all(each.kind in GATHERED for each in alarm.suppressed_by)
