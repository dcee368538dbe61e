"""Changes to alarms: what sources report, and what people do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import AlarmId, NoiseRuleId, SituationId, TenantId
from yunwei.base.core.page import Batch
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.monitor.alarms import machine, queries, store
from yunwei.monitor.alarms.facts import (
    Alarm,
    Change,
    Limits,
    Occurrence,
    Silence,
    Step,
    Verdict,
)
from yunwei.monitor.alarms.rules import operators
from yunwei.monitor.alarms.rules.operators import checked_note as checked

ORPHAN_CLEAR_KEPT = timedelta(minutes=10)
REPORTS_KEPT = timedelta(days=45)
_JUDGED_AT_ONCE = 500
_BEGINNINGS = (Verdict.RAISED, Verdict.NOTICED)


def apply_raw_alarms(
    conn: Connection,
    raw_alarms: Sequence[RawAlarm],
    *,
    now: datetime,
    limits: Limits = lambda tenant, alarm_type: machine.USUAL_LIMITS,
) -> tuple[Step, ...]:
    """Apply raw alarms in order, in the caller's transaction; returns one step for each, and
    one more for each clear that had come before its raise.

    Cost: six statements for the whole batch, whatever its size.
    """
    identities = [(raw.source, machine.build_key(raw)) for raw in raw_alarms]
    known = store.lock_alarms(conn, sorted(set(identities)))
    batch = _BatchOfMoves(conn, known, now, limits)
    batch.reserve(raw_alarms, identities)
    for raw, identity in zip(raw_alarms, identities, strict=True):
        batch.apply(raw, identity)
    batch.meet_orphans()
    batch.save()
    for tenant in {raw.tenant for raw in raw_alarms}:
        announce_live("alarms", tenant)
    return tuple(batch.steps)


class _BatchOfMoves:
    """The working set of one batch: each alarm is read once and written once."""

    def __init__(
        self,
        conn: Connection,
        known: dict[store.Identity, Alarm],
        now: datetime,
        limits: Limits,
    ) -> None:
        self._conn = conn
        self._now = now
        self._limits = limits
        self._alarms = dict(known)
        self._occurrences = store.fetch_occurrences(
            conn, [alarm.occurrence for alarm in known.values() if not alarm.is_cleared]
        )
        self._known = known.keys()
        self._touched: dict[store.Identity, Alarm] = {}
        self._moved: set[store.Identity] = set()
        self._begun: dict[int, Occurrence] = {}
        self._changed: dict[int, Occurrence] = {}
        self._opened: dict[store.Identity, Step] = {}
        self._orphans: dict[store.Identity, RawAlarm] = {}
        self.steps: list[Step] = []

    def reserve(self, raws: Sequence[RawAlarm], identities: Sequence[store.Identity]) -> None:
        """Take ids for as many alarms and occurrences as this batch may open."""
        moves = tuple(zip(raws, identities, strict=True))
        known = self._alarms
        new = {identity for identity in identities if identity not in known}
        cleared = {identity for identity in known if known[identity].is_cleared}
        # what is open and is not cleared on the way goes on as the same occurrence
        may_open = new | cleared | {each for raw, each in moves if raw.act is AlarmAct.CLEAR}
        openings = sum(
            identity in may_open for raw, identity in moves if raw.act is not AlarmAct.CLEAR
        )
        alarms, occurrences = store.reserve_ids(self._conn, alarms=len(new), occurrences=openings)
        self._alarm_ids = iter(alarms)
        self._occurrence_ids = iter(occurrences)

    def apply(self, raw: RawAlarm, identity: store.Identity) -> Step:
        before = self._alarms.get(identity)
        is_new = before is None and not machine.is_orphan(before, raw)
        opens = machine.needs_occurrence(before, raw)
        step = machine.apply_raw(
            before,
            raw,
            now=self._now,
            alarm_id=next(self._alarm_ids) if is_new else None,
            occurrence_id=next(self._occurrence_ids) if opens else None,
            current=self._occurrences.get(before.occurrence) if before else None,
            limits=self._limits(raw.tenant, raw.alarm_type),
        )
        self._keep(step, identity)
        return step

    def _keep(self, step: Step, identity: store.Identity) -> None:
        self.steps.append(step)
        if step.after is None:
            self._orphans[identity] = step.raw
        elif step.after is not step.before:
            self._alarms[identity] = self._touched[identity] = step.after
            if step.verdict is not Verdict.REPEATED:
                self._moved.add(identity)
        if step.verdict is Verdict.RAISED and step.before is None:
            self._opened[identity] = step
        if step.occurrence is not None:
            self._keep_occurrence(step.occurrence, step.verdict)

    def _keep_occurrence(self, kept: Occurrence, verdict: Verdict) -> None:
        self._occurrences[kept.id] = kept
        if verdict in _BEGINNINGS or kept.id in self._begun:
            self._begun[kept.id] = kept
        elif verdict is not Verdict.REPEATED:  # until it ends, its alarm keeps its count
            self._changed[kept.id] = kept

    def meet_orphans(self) -> None:
        """Let clears that came before their raise, in an earlier batch or this one, end it."""
        opened = self._opened
        if not opened:
            return
        earlier = store.take_orphan_clears(self._conn, sorted(opened))
        for identity, step in opened.items():
            clear = self._orphans.pop(identity, None)
            ended_at = clear.event_at if clear else earlier.get(identity, {}).get("event_at")
            alarm = self._alarms[identity]
            # at one and the same time the order of arrival is right: the raise came later
            if ended_at is None or alarm.is_cleared or ended_at <= alarm.last_event_at:
                continue
            native_id = clear.native_id if clear else earlier[identity]["intake_id"]
            late = machine.build_late_clear(step.raw, ended_at, native_id)
            self._keep(
                machine.apply_raw(
                    alarm,
                    late,
                    now=self._now,
                    current=self._occurrences[alarm.occurrence],
                    limits=self._limits(late.tenant, late.alarm_type),
                ),
                identity,
            )

    def save(self) -> None:
        touched = self._touched
        moved, repeated = self._known & self._moved, self._known - self._moved
        written = store.Written(
            new_alarms=[touched[each] for each in touched if each not in self._known],
            alarms=[touched[each] for each in touched if each in moved],
            repeated=[touched[each] for each in touched if each in repeated],
            new_occurrences=list(self._begun.values()),
            occurrences=list(self._changed.values()),
            changes=[change for step in self.steps for change in step.changes],
        )
        store.save(self._conn, written)
        store.keep_orphan_clears(
            self._conn,
            [
                {
                    "source": source,
                    "key": key,
                    "event_at": raw.event_at,
                    "received_at": raw.received_at,
                    "intake_id": raw.native_id,
                }
                for (source, key), raw in self._orphans.items()
            ],
        )


def set_silence(conn: Connection, wanted: Iterable[Silence], *, now: datetime) -> None:
    """Write what keeps alarms quiet or softens them, with its entries of their history."""
    changed = [each for each in wanted if each.is_news]
    changes = [entry for each in changed for entry in machine.build_silence_changes(each, now)]
    store.save_silence(conn, changed)
    store.save(conn, store.Written(changes=changes))
    for tenant in {each.alarm.tenant for each in changed}:
        announce_live("alarms", tenant)


def take_to_be_judged(
    conn: Connection, *, now: datetime, limits: Limits
) -> tuple[list[Alarm], dict[AlarmId, datetime]]:
    """Return alarms that a person did something about or that are due by themselves, locked, up
    to 500, and since when those flapped that no longer do.

    Those whose time on the shelf is over are taken off it; acknowledgements that have run out
    are over.
    """
    alarms = store.lock_to_be_judged(conn, now, _JUDGED_AT_ONCE)
    ended: list[Alarm] = []
    changes: list[Change] = []
    settled: dict[AlarmId, datetime] = {}
    for position, alarm in enumerate(alarms):
        after = alarm
        if alarm.shelved_until is not None and alarm.shelved_until <= now:
            after, change = operators.unshelve(alarm, by="", note="", now=now)
            changes.append(change)
        if operators.has_run_out(alarm, now):
            after, change = operators.end_acknowledgement(alarm, now=now)
            changes.append(change)
        flapping, own = after.flapping, limits(after.tenant, after.alarm_type)
        since = flapping.settled_since(own, now) if flapping else None
        if flapping is not None and since is not None:
            settled[after.id] = since
            after = replace(after, flapping=replace(flapping, since=None))
        if after is not alarm:
            alarms[position] = after
            ended.append(after)
    store.save(conn, store.Written(alarms=ended, changes=changes))
    return alarms, settled


def lock_uncleared(conn: Connection, tenants: Sequence[TenantId] | None) -> list[Alarm]:
    """Return the uncleared alarms of some tenants (None: of all), locked. Cost: linear in them."""
    return store.lock_uncleared(conn, tenants)


def lock_beneath(
    conn: Connection, tenant: TenantId, *, names: list[str], paths: list[str], since: datetime
) -> list[Alarm]:
    """Return uncleared alarms heard of since a time, about names or below paths, locked; at most
    2,000. Cost: linear in them, by indexes."""
    return store.lock_beneath(conn, tenant, names=names, paths=paths, since=since, limit=2000)


def set_situations(conn: Connection, places: Mapping[AlarmId, SituationId | None]) -> None:
    """Say to which open situation alarms belong; None takes them out."""
    store.set_situations(conn, places)


def leave_situations(conn: Connection, situations: Sequence[SituationId]) -> None:
    """Let the alarms of situations that are over belong to none."""
    store.leave_situations(conn, situations)


def make_due(conn: Connection, tenant: TenantId, rule: NoiseRuleId, at: datetime) -> None:
    """Look again at a time at alarms that a rule attached. Cost: linear in open situations'."""
    store.make_due(conn, tenant, rule, at)


def keep_new(
    conn: Connection, raw_alarms: Sequence[RawAlarm], *, now: datetime
) -> tuple[RawAlarm, ...]:
    """Return those whose native id was never reported before, each once, and remember them."""
    by_identity = {(raw.source, raw.native_id): raw for raw in raw_alarms}
    new = store.add_reports(conn, list(by_identity.values()), now) if by_identity else set()
    return tuple(raw for identity, raw in by_identity.items() if identity in new)


def tidy(conn: Connection, *, now: datetime) -> None:
    """Forget clears whose raise never came, and reports that no poll tells again."""
    store.drop_old_orphan_clears(conn, now - ORPHAN_CLEAR_KEPT)
    store.drop_old_reports(conn, now - REPORTS_KEPT)


def check_keys_at_once(conn: Connection) -> None:
    """Let a row that refers to nothing fail at its own statement, not at the commit: then it can
    be told apart from the others of its batch."""
    store.check_keys_at_once(conn)


def claim_position(conn: Connection, reader: str) -> int | None:
    """Return how far a reader of a stream has come, locked until the end of the transaction;
    None when another process holds it, which then does the work."""
    return store.claim_position(conn, reader)


def save_position(conn: Connection, reader: str, sequence: int, *, now: datetime) -> None:
    """Move a reader of a stream on, in the transaction that applied what it read."""
    store.save_position(conn, reader, sequence, now)


def acknowledge_alarm(
    viewer: Viewer,
    alarm: AlarmId,
    *,
    now: datetime,
    note: str = "",
    until: datetime | None = None,
    detail: str = "",
) -> Alarm:
    """Say that a person has taken the alarm up, until a time or for good. Raises Refused,
    Conflict, Invalid. detail: how, for the audit log."""
    return _operate(
        viewer,
        alarm,
        "alarms.acknowledge",
        lambda found: operators.acknowledge(
            found, by=viewer.name, note=checked(note), now=now, until=until
        ),
        detail=detail,
    )


def unacknowledge_alarm(viewer: Viewer, alarm: AlarmId, *, now: datetime, note: str = "") -> Alarm:
    """Take an acknowledgement back. Raises Refused, Conflict."""
    return _operate(
        viewer,
        alarm,
        "alarms.unacknowledge",
        lambda found: operators.unacknowledge(found, by=viewer.name, note=checked(note), now=now),
    )


def shelve_alarm(
    viewer: Viewer, alarm: AlarmId, *, now: datetime, until: datetime, note: str
) -> Alarm:
    """Put the alarm aside until a time, with a reason. Raises Refused, Conflict, Invalid."""
    return _operate(
        viewer,
        alarm,
        "alarms.shelve",
        lambda found: operators.shelve(
            found, until=until, by=viewer.name, note=checked(note), now=now
        ),
    )


def unshelve_alarm(viewer: Viewer, alarm: AlarmId, *, now: datetime, note: str = "") -> Alarm:
    """Take the alarm off the shelf. Raises Refused, Conflict."""
    return _operate(
        viewer,
        alarm,
        "alarms.unshelve",
        lambda found: operators.unshelve(found, by=viewer.name, note=checked(note), now=now),
    )


def comment_alarm(viewer: Viewer, alarm: AlarmId, *, now: datetime, note: str) -> Alarm:
    """Write a comment into the alarm's history. Raises Refused, Invalid."""
    if not note.strip():
        raise Invalid("note", "a comment needs words")
    return _operate(
        viewer,
        alarm,
        "alarms.comment",
        lambda found: (found, operators.build_comment(found, viewer.name, checked(note), now)),
    )


def clear_alarm(viewer: Viewer, alarm: AlarmId, *, now: datetime, note: str = "") -> Alarm:
    """Clear the alarm by hand; its next news opens it again. Raises Refused, Conflict."""
    with transaction() as conn:
        before = _lock(conn, viewer, alarm)
        current = store.fetch_occurrences(conn, [before.occurrence])[before.occurrence]
        after, occurrence, change = operators.clear_by_hand(
            before, current, by=viewer.name, note=checked(note), now=now
        )
        store.save(conn, store.Written(alarms=[after], occurrences=[occurrence], changes=[change]))
        _record(conn, viewer, "alarms.clear", (before, after), note=note)
    return after


def lock_placed(conn: Connection, viewer: Viewer, alarm: AlarmId) -> Alarm:
    """Return a standing alarm, locked, for whoever gives it a place. Raises Refused, Conflict."""
    found = _lock(conn, viewer, alarm)
    if found.is_cleared:
        raise Conflict("the alarm is cleared")
    return found


def place_alarm(
    conn: Connection,
    viewer: Viewer,
    before: Alarm,
    situation: SituationId | None,
    *,
    named: str,
    note: str,
    now: datetime,
) -> Alarm:
    """Say by hand to which situation an alarm belongs, None for none; govern judges it anew.

    before: locked by `lock_placed`. named: the situation's title. Raises Invalid (note).
    """
    after = replace(before, situation=situation)
    change = operators.build_placement(after, named, by=viewer.name, note=checked(note), now=now)
    store.set_situations(conn, {before.id: situation})
    store.save(conn, store.Written(changes=[change]))
    verb = "alarms.detach" if situation is None else "alarms.attach"
    _record(conn, viewer, verb, (before, after), note=note, detail=named)
    return after


def write_type_note(viewer: Viewer, alarm_type: str, note: str, *, now: datetime) -> None:
    """Write down what the viewer's tenant knows of an alarm type; "" removes it.

    Raises Refused when no alarm that the viewer sees was ever of that type, Invalid.
    """
    require(viewer, Permission.OPERATE_ALARMS)
    queries.access_alarm_type(viewer, alarm_type)
    before = next(
        (n for n in queries.fetch_type_notes(viewer, alarm_type) if n.tenant == viewer.tenant), None
    )
    values = {
        "tenant": viewer.tenant,
        "alarm_type": alarm_type,
        "note": checked(note),
        "by": viewer.display_name or viewer.name,
        "at": now,
    }
    with transaction() as conn:
        store.save_type_note(conn, values)
        record(
            conn,
            viewer,
            "alarms.write_type_note",
            object_kind="alarm_type",
            object_name=alarm_type,
            before={"note": before.note} if before else None,
            after={"note": values["note"]},
        )


def operate_on_many(
    alarms: Iterable[AlarmId], operate: Callable[[AlarmId], Alarm]
) -> Batch[AlarmId]:
    """Run one of the acts above on each alarm; those that can not be done are told, not lost."""
    done: list[AlarmId] = []
    failed: list[tuple[AlarmId, str]] = []
    for alarm in alarms:
        try:
            operate(alarm)
            done.append(alarm)
        except (Conflict, Refused) as error:
            failed.append((alarm, error.message))
    return Batch(done=tuple(done), failed=tuple(failed))


def _operate(
    viewer: Viewer,
    alarm: AlarmId,
    verb: str,
    move: Callable[[Alarm], tuple[Alarm, Change]],
    *,
    detail: str = "",
) -> Alarm:
    with transaction() as conn:
        before = _lock(conn, viewer, alarm)
        after, change = move(before)
        store.save(conn, store.Written(alarms=[after], changes=[change]))
        _record(conn, viewer, verb, (before, after), note=change.note, detail=detail)
    return after


def _lock(conn: Connection, viewer: Viewer, alarm: AlarmId) -> Alarm:
    require(viewer, Permission.OPERATE_ALARMS)
    found = store.lock_alarm(conn, alarm, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def _record(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    moved: tuple[Alarm, Alarm],
    *,
    note: str,
    detail: str = "",
) -> None:
    before, after = moved
    record(
        conn,
        viewer,
        verb,
        object_kind="alarm",
        object_id=str(after.id),
        object_name=after.text[:200],
        tenant=after.tenant,
        before=operators.summarize(before),
        after=operators.summarize(after) | ({"note": note} if note else {}),
        detail=detail,
    )
    announce_live("alarms", after.tenant)
    # govern decides anew: a shelf or a manual clear may end or start something
    if before != after:
        store.mark_to_be_judged(conn, after.id)
