"""Escalations: begun with the decision, moved when their time comes, held and stopped by what
becomes of the alarm. What a move is, is decided in `rules.escalation`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from yunwei.base.core.ids import EscalationId, OccurrenceId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.alarms.facts import Alarm, AlarmRow, OperatorState
from yunwei.monitor.governance.facts.decisions import Case, Occasion
from yunwei.monitor.notify.actions.writing import write_messages
from yunwei.monitor.notify.facts.escalation import (
    AckMode,
    AlarmNow,
    Entry,
    Escalation,
    Move,
    Policy,
    StopReason,
    Tell,
    Untold,
    UntoldReason,
    Verb,
)
from yunwei.monitor.notify.facts.messages import MessageDraft
from yunwei.monitor.notify.facts.reaching import About
from yunwei.monitor.notify.facts.routes import Route, Started, Way
from yunwei.monitor.notify.queries.abouts import find_abouts
from yunwei.monitor.notify.rules import escalation as machine
from yunwei.monitor.notify.rules.drafts import build_told
from yunwei.monitor.notify.rules.routing import Router
from yunwei.monitor.notify.store import escalation as escalation_store

_AT_ONCE = 100
_CALM = frozenset({Occasion.RAISED, Occasion.NOTICED})
_CANCELLED: dict[StopReason, str] = {
    StopReason.ACKNOWLEDGED: "acknowledged before it was sent",
    StopReason.SHELVED: "suppressed before it was sent",
    StopReason.SUPPRESSED: "suppressed before it was sent",
    StopReason.CLEARED: "cleared before it was sent",
    StopReason.REPLACED: "another policy took over before it was sent",
}


def plan_escalations(
    conn: Connection,
    cases: Sequence[Case],
    started: Sequence[Started],
    router: Router,
    *,
    now: datetime,
) -> list[MessageDraft]:
    """Begin the escalations that routes lead to, and let those under way follow their alarms, in
    the caller's transaction. Returns what is told at once, for the outbox.

    cases: everything that was judged. Cost: a few statements for the whole batch, none for
    raises that lead to no policy.
    """
    # a first raise has nothing under way
    touched = {case.alarm.occurrence for case in cases if case.occasion not in _CALM}
    moves = _Moves(conn, router, now)
    moves.load(escalation_store.lock_of_occurrences(conn, touched) if touched else [])
    for each in started:
        moves.begin(each)
    return moves.finish()


def follow_alarms(
    conn: Connection, alarms: Iterable[Alarm], router: Router, *, now: datetime
) -> None:
    """Let escalations follow what people did about alarms, in the caller's transaction."""
    occurrences = {alarm.occurrence for alarm in alarms}
    if occurrences:
        moves = _Moves(conn, router, now)
        moves.load(escalation_store.lock_of_occurrences(conn, occurrences))
        write_messages(conn, moves.finish())


def move_due(conn: Connection, router: Router, *, now: datetime) -> int:
    """Tell what is due, of up to 100 escalations, in the caller's transaction; returns how many
    there were. Many may run: each escalation is moved by one."""
    due = escalation_store.lock_due(conn, now, _AT_ONCE)
    if due:
        moves = _Moves(conn, router, now)
        moves.load(due)
        write_messages(conn, moves.finish())
    return len(due)


def seconds_until_step(conn: Connection, now: datetime) -> float | None:
    """Return how long until the next step is due, negative when it is late; None: none waits."""
    return escalation_store.seconds_until_step(conn, now)


def fetch_unsaid(conn: Connection) -> tuple[Untold, ...]:
    """Return what reached nobody and has to become an alarm on ourselves, oldest first."""
    return escalation_store.unsaid(conn, _AT_ONCE)


def mark_said(conn: Connection, ids: Sequence[int], *, now: datetime) -> None:
    """Note that these have become alarms on ourselves."""
    escalation_store.mark_said(conn, ids, now)


@dataclass
class _Work:
    """One escalation on its way through a round. before: None for one that begins."""

    escalation: Escalation
    before: Escalation | None
    row: AlarmRow
    alarm: AlarmNow
    told: list[tuple[Tell, tuple[Way, ...]]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    untold: list[Untold] = field(default_factory=list)
    is_over_at_once: bool = False

    def keep(self, move: Move) -> None:
        self.escalation = move.after
        self.entries.extend(move.entries)

    def is_known_as(self, id: EscalationId) -> None:
        self.escalation = replace(self.escalation, id=id)
        self.entries = [replace(entry, escalation=id) for entry in self.entries]

    @property
    def has_changed(self) -> bool:
        return self.before is not None and self.escalation != self.before


class _Moves:
    """The working set of one round: each escalation is read once and written once."""

    def __init__(self, conn: Connection, router: Router, now: datetime) -> None:
        self._conn = conn
        self._router = router
        self._now = now
        self._work: dict[tuple[int, int], _Work] = {}
        self._abouts: dict[OccurrenceId, About] = {}

    def load(self, found: Sequence[Escalation]) -> None:
        if not found:
            return
        alarms = alarm_queries.system_alarms(self._conn, [each.alarm for each in found])
        owing = [each.alarm for each in found if each.owed]
        names = alarm_queries.system_acknowledgers(self._conn, owing) if owing else {}
        for each in found:
            row = alarms[each.alarm]
            alarm = _describe(row.alarm, names.get(each.alarm, frozenset()))
            self._work[each.occurrence, each.policy.id] = _Work(
                escalation=each, before=each, row=row, alarm=alarm
            )

    def begin(self, started: Started) -> None:
        """Begin what a case leads to; what got worse begins again, and ends what led elsewhere."""
        case = started.case
        is_worse = case.occasion is Occasion.WORSENED
        for route, policy in started.policies:
            known = self._work.get((case.alarm.occurrence, policy.id))
            if known is None:
                self._start(case, route, policy)
            elif is_worse or case.alarm.severity.rank > known.escalation.severity.rank:
                known.row, known.alarm = _row_of(case), _describe_told(case)
                known.keep(machine.restart(known.escalation, policy, known.alarm, now=self._now))
        if is_worse:
            self._replace_others(case, {policy.id for _, policy in started.policies})

    def _start(self, case: Case, route: Route, policy: Policy) -> None:
        alarm = replace(_describe_told(case), is_cleared=False)
        move = machine.start(
            policy,
            alarm,
            id=EscalationId(0),
            route=route.id,
            route_name=route.name,
            now=self._now,
        )
        work = _Work(escalation=move.after, before=None, row=_row_of(case), alarm=alarm)
        work.keep(move)
        self._work[case.alarm.occurrence, policy.id] = work
        if case.occasion is Occasion.NOTICED:
            # it is over in the moment it is said: the first step hears of it, nobody else
            work.escalation = replace(work.escalation, next_at=self._now)
            work.is_over_at_once = True

    def _replace_others(self, case: Case, wanted: set[int]) -> None:
        for (occurrence, policy), work in self._work.items():
            is_other = occurrence == case.alarm.occurrence and policy not in wanted
            if is_other and work.escalation.why is not StopReason.CLEARED:
                work.keep(machine.stop(work.escalation, StopReason.REPLACED, now=self._now))

    def finish(self) -> list[MessageDraft]:
        """Move everything, write it, return the messages in the order in which they are told."""
        if not self._work:
            return []
        alarms = [work.row.alarm for work in self._work.values()]
        self._abouts = find_abouts(self._conn, alarms, self._router, now=self._now)
        for work in self._work.values():
            if not work.is_over_at_once:
                work.keep(machine.follow(work.escalation, work.alarm, now=self._now))
            self._tell(work)
            if work.is_over_at_once:
                work.keep(machine.stop(work.escalation, StopReason.CLEARED, now=self._now))
        self._save()
        return [draft for work in self._work.values() for draft in self._drafts(work)]

    def _tell(self, work: _Work) -> None:
        move = machine.advance(work.escalation, work.alarm, now=self._now)
        work.escalation = move.after
        for tell in move.tells:
            ways = self._find_ways(work, tell)
            is_reached = any(not way.skipped for way in ways)
            if not is_reached:
                work.untold.append(_build_untold(work, self._now))
                about = self._abouts[work.escalation.occurrence]
                ways = (*self._router.find_fallback(about), *ways)
            if tell.step.ack_mode is AckMode.EACH:
                names = tuple(
                    way.contact.username for way in ways if way.contact and not way.skipped
                )
                work.escalation = machine.owe(work.escalation, names)
            chosen = _choose(work, tell, ways)
            work.told.append((tell, chosen))
            entry = _build_entry(work, tell, chosen, now=self._now, is_reached=is_reached)
            work.entries.append(entry)
        work.entries.extend(move.entries)
        work.keep(machine.settle(work.escalation, work.alarm, now=self._now))

    def _find_ways(self, work: _Work, tell: Tell) -> tuple[Way, ...]:
        return self._router.reacher.find_ways(
            tell.step.targets,
            self._abouts[work.escalation.occurrence],
            owner=work.escalation.tenant,
            on_screen=tell.step.on_screen,
        )

    def _save(self) -> None:
        new = [work for work in self._work.values() if work.before is None]
        ids = escalation_store.add_escalations(self._conn, [each.escalation for each in new])
        for work in new:
            key = (work.escalation.occurrence, work.escalation.policy.id)
            if key in ids:
                work.is_known_as(EscalationId(ids[key]))
            else:
                # it has begun already: this batch is applied again
                del self._work[key]
        changed = [work for work in self._work.values() if work.has_changed]
        escalation_store.save_escalations(self._conn, [each.escalation for each in changed])
        self._cancel(changed)
        kept = self._work.values()
        escalation_store.add_entries(self._conn, [each for work in kept for each in work.entries])
        escalation_store.add_untold(self._conn, [each for work in kept for each in work.untold])
        for tenant in {work.row.alarm.tenant for work in kept}:
            announce_live("alarms", tenant)

    def _cancel(self, changed: Iterable[_Work]) -> None:
        """Take back what was not sent yet and is not wanted any more."""
        by_reason: dict[str, list[Escalation]] = {}
        for work in changed:
            why = work.escalation.why
            if why in _CANCELLED and work.before is not None and work.before.why is not why:
                by_reason.setdefault(_CANCELLED[why], []).append(work.escalation)
        for reason, ended in by_reason.items():
            escalation_store.cancel_pending(self._conn, ended, reason=reason)

    def _drafts(self, work: _Work) -> list[MessageDraft]:
        return [
            build_told(
                work.escalation,
                tell,
                way,
                work.row.alarm,
                source_name=work.row.source_name,
                snapshot=self._router.snapshot,
                now=self._now,
            )
            for tell, ways in work.told
            for way in ways
        ]


def _choose(work: _Work, tell: Tell, ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """Leave out those told in this very round, and those who have done what each is asked for."""
    told = {way.key for _, earlier in work.told for way in earlier}
    has_done = work.alarm.acknowledged_by if tell.step.ack_mode is AckMode.EACH else frozenset()
    return tuple(
        way
        for way in ways
        if way.key not in told and not (way.contact and way.contact.username in has_done)
    )


def _row_of(case: Case) -> AlarmRow:
    return AlarmRow(alarm=case.alarm, source_name=case.source_name, connector="")


def _describe_told(case: Case) -> AlarmNow:
    """Return an alarm that is to be told: what kept it quiet before does so no more."""
    return _describe(replace(case.alarm, suppressed_by=()))


def _describe(alarm: Alarm, acknowledged_by: frozenset[str] = frozenset()) -> AlarmNow:
    is_acknowledged = alarm.operator_state is OperatorState.ACKNOWLEDGED
    return AlarmNow(
        alarm=alarm.id,
        occurrence=alarm.occurrence,
        severity=alarm.severity,
        is_cleared=alarm.is_cleared,
        is_acknowledged=is_acknowledged,
        operator=alarm.operator,
        quiet_by=tuple(_find_quiet(alarm)),
        acknowledged_by=acknowledged_by | ({alarm.operator} if is_acknowledged else set()),
    )


def _find_quiet(alarm: Alarm) -> Iterator[tuple[str, str]]:
    """Yield what keeps an alarm from people, as (kind, name). What waits for a digest does not
    escalate either."""
    for each in alarm.suppressed_by:
        yield each.kind, each.rule_name
    for each in alarm.softened_by:
        if each.effect == "digest":
            yield each.effect, each.rule_name


def _build_entry(
    work: _Work, tell: Tell, ways: tuple[Way, ...], *, now: datetime, is_reached: bool
) -> Entry:
    people = dict.fromkeys(way.contact.name for way in ways if way.contact)
    channels = dict.fromkeys(way.channel.name for way in ways if way.channel)
    detail: dict[str, object] = {
        "because": tell.because.value,
        "name": tell.because_detail,
        "people": list(people),
        "channels": list(channels),
        "missed": tell.missed,
    }
    return Entry(
        escalation=work.escalation.id,
        at=now,
        verb=Verb.TOLD if is_reached else Verb.UNREACHED,
        position=tell.position,
        due_at=tell.due_at,
        detail={key: value for key, value in detail.items() if value},
    )


def _build_untold(work: _Work, now: datetime) -> Untold:
    return Untold(
        tenant=work.row.alarm.tenant,
        alarm=work.row.alarm.id,
        occurrence=work.row.alarm.occurrence,
        at=now,
        reason=UntoldReason.NOBODY_REACHED,
        name=work.escalation.policy.name,
    )
