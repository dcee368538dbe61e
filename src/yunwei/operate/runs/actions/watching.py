"""Looks what people on a canary's desktops meet, and writes down what a run's guard makes of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from yunwei.base.core.ids import RunId
from yunwei.base.infra.announce import announce_live, announce_work
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.telemetry import queries as telemetry
from yunwei.monitor.telemetry.facts import Experience
from yunwei.operate.runs.actions.starting import PART
from yunwei.operate.runs.facts.runs import Run
from yunwei.operate.runs.facts.watching import GuardMeasure, Measured, Pair, Scene, Verdict, Watched
from yunwei.operate.runs.rules.watching import before_length, judge
from yunwei.operate.runs.store import runs as store

_MOST_CONTROL = 50
_HOUR = timedelta(hours=1)

type Told = Mapping[tuple[int, str], Experience]


def system_watched_runs() -> tuple[RunId, ...]:
    """Return the runs whose canary is watched now."""
    with transaction() as conn:
        return store.watched_runs(conn)


def system_watch(run: RunId, now: datetime) -> None:
    """Look at a run's canary once. Raises EngineAway: until it is back the others wait."""
    with transaction() as conn:
        known = store.fetch_run(conn, run)
        scene = store.fetch_scene(conn, known, _MOST_CONTROL)
    if scene is None:
        return
    watched = _look(known, scene, now)
    with transaction() as conn:
        store.note_watched(conn, run, watched)
    announce_live(PART, known.tenant)
    if watched.verdict is not Verdict.WATCHING:
        announce_work(PART)


def _look(run: Run, scene: Scene, now: datetime) -> Watched:
    from_at = scene.begun_at - before_length(run.plan)
    every = scene.canary | scene.control
    before = telemetry.system_experience(run.tenant, every, from_at, scene.begun_at)
    after = telemetry.system_experience(run.tenant, every, scene.over_at, now)
    hours = (scene.begun_at - from_at) / _HOUR, max(now - scene.over_at, _HOUR / 12) / _HOUR
    canary, control = (
        measure_group(group, before, after, hours) for group in (scene.canary, scene.control)
    )
    return judge(canary, control, run.plan, over_at=scene.over_at, now=now)


def measure_group(
    group: frozenset[tuple[int, str]], before: Told, after: Told, hours: tuple[float, float]
) -> Measured:
    """Return what was measured of desktops both before and after. hours: how long either was."""
    found: dict[GuardMeasure, list[Pair]] = {}
    nothing = Experience()
    for each in sorted(group):
        old, new = before.get(each, nothing), after.get(each, nothing)
        pairs = (
            (GuardMeasure.CPU, old.cpu, new.cpu),
            (GuardMeasure.LOGON, old.logon_s, new.logon_s),
            (GuardMeasure.ROUND_TRIP, old.rtt_s, new.rtt_s),
        )
        for measure, was, now in pairs:
            if was is not None and now is not None:
                found.setdefault(measure, []).append(Pair(before=was, after=now))
        if new.attempts:
            pair = Pair(before=old.failed / hours[0], after=new.failed / hours[1])
            found.setdefault(GuardMeasure.FAILURES, []).append(pair)
    return {measure: tuple(listed) for measure, listed in found.items()}
