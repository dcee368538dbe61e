"""What people do with situations: an alarm is put into one by hand, or taken out of it."""

from datetime import datetime

from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import AlarmId, SituationId
from yunwei.base.core.own_texts import add_to_both
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.actions.attaching import count
from yunwei.monitor.governance.facts.situations import (
    MemberDraft,
    MemberRole,
    StoryEntry,
    StoryVerb,
)
from yunwei.monitor.governance.store import situations as store


def attach_alarm(
    viewer: Viewer, alarm: AlarmId, situation: SituationId, *, now: datetime, note: str = ""
) -> Alarm:
    """Put a standing alarm into an open situation of its tenant: it is told to nobody by itself
    from then on, and no rule moves it. Raises Refused, Conflict."""
    with transaction() as conn:
        # the alarm first, as govern does
        before = alarm_actions.lock_placed(conn, viewer, alarm)
        row = next(iter(store.lock_situations(conn, [situation])), None)
        if row is None or row["tenant"] != before.tenant:
            raise Refused()
        if before.situation == situation:
            raise Conflict("it belongs to this situation already")
        _check_no_root(conn, alarm)
        changed = {situation}
        if before.situation is not None:
            changed.add(before.situation)
            _take_out(conn, viewer, before, before.situation, now=now)
        member = MemberDraft(
            alarm=alarm,
            occurrence=before.occurrence,
            role=MemberRole.MEMBER,
            reason="attached_by_hand",
            by=viewer.name,
        )
        store.add_members(conn, [(situation, member)], now)
        _tell(conn, viewer, before, (situation, StoryVerb.ATTACHED), note=note, now=now)
        after = alarm_actions.place_alarm(
            conn, viewer, before, situation, named=row["title"], note=note, now=now
        )
        count(conn, changed, now, with_gathered=True)
    return after


def detach_alarm(
    viewer: Viewer,
    alarm: AlarmId,
    *,
    now: datetime,
    of: SituationId | None = None,
    note: str = "",
) -> Alarm:
    """Take an alarm out of its situation: it is judged by itself, and no rule puts it back while
    it stands. of: from which situation, None for whichever it is. Raises Refused, Conflict."""
    with transaction() as conn:
        before = alarm_actions.lock_placed(conn, viewer, alarm)
        if before.situation is None or of not in (None, before.situation):
            raise Conflict("it belongs to no situation")
        _check_no_root(conn, alarm)
        row = next(iter(store.lock_situations(conn, [before.situation])), {"title": ""})
        _take_out(conn, viewer, before, before.situation, now=now, note=note)
        after = alarm_actions.place_alarm(
            conn, viewer, before, None, named=row["title"], note=note, now=now
        )
        count(conn, {before.situation}, now, with_gathered=True)
    return after


def _check_no_root(conn: Connection, alarm: AlarmId) -> None:
    if store.roots_among(conn, [alarm]):
        raise Conflict("it is the cause of a situation, which stands and falls with it")


def _take_out(
    conn: Connection,
    viewer: Viewer,
    alarm: Alarm,
    situation: SituationId,
    *,
    now: datetime,
    note: str = "",
) -> None:
    store.take_out(conn, alarm.id, situation, by=viewer.name, now=now)
    _tell(conn, viewer, alarm, (situation, StoryVerb.DETACHED), note=note, now=now)


def _tell(
    conn: Connection,
    viewer: Viewer,
    alarm: Alarm,
    what: tuple[SituationId, StoryVerb],
    *,
    note: str,
    now: datetime,
) -> None:
    situation, verb = what
    text = add_to_both(alarm.text, alarm.alarm_type, f" – {note}") if note else alarm.text
    entry = StoryEntry(at=now, verb=verb, by=viewer.name, alarm=alarm.id, text=text)
    store.add_story(conn, [(situation, entry)])
    announce_live("situations", alarm.tenant)
