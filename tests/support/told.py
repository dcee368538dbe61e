"""Makes an alarm as `govern` does: raised, judged, and told to people by the routes there are."""

from datetime import datetime

from tests.support.alarms import build_raw
from yunwei.base.core.ids import AlarmId
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.governance.actions import judging
from yunwei.monitor.governance.rules.memory import WorkingMemory
from yunwei.monitor.notify.actions import outbox
from yunwei.run.rulebook import Rulebook


def make_alarm(tenant: int, source: int, *, now: datetime) -> AlarmId:
    """Raise one alarm of a source; whoever a route leads to is told of it."""
    book = Rulebook(public_url="https://yunwei.example", time_zone="UTC")
    raw = build_raw(tenant=tenant, source=source)
    with transaction() as conn:
        book.refresh(conn, now)
        memory = WorkingMemory(inhibitions_of=book.noise.inhibitions)
        steps = alarm_actions.apply_raw_alarms(conn, [raw], now=now)
        judgements = judging.judge_steps(
            conn, steps, book.pipeline, source_names=book.source_names, memory=memory, now=now
        )
        outbox.plan_messages(conn, judgements, book.router, now=now)
    made = steps[0].after
    assert made is not None
    return made.id
