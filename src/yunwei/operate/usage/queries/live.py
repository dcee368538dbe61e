"""The last hour as it stands now: attempts of each minute, who was connected, what failed."""

from datetime import datetime, timedelta

from yunwei.base.infra.clock import Clock, SystemClock
from yunwei.base.people.facts import Viewer
from yunwei.operate.usage.facts.use import Asked, Chosen, FailedPart, Pulse
from yunwei.operate.usage.queries.ground import MOST_PARTS, Ground, lay_ground, remembered
from yunwei.operate.usage.queries.logons import fetch_stages
from yunwei.operate.usage.queries.use import fetch_use
from yunwei.operate.usage.rules.pulse import count_failed, count_minutes, count_users_since
from yunwei.operate.usage.store import door, frames

MINUTES = 60
SPANS = (1, 5, 15)
"""Minutes for which users are counted that were connected at any time of them."""


def fetch_pulse(
    viewer: Viewer, chosen: Chosen | None = None, *, clock: Clock | None = None
) -> Pulse:
    """Return the last 60 whole minutes, as far as connection records tell of them.

    Raises Refused, EngineAway. Cost: as `lay_ground` says, for an hour; kept for the minute.
    """
    clock = clock or SystemClock()
    to_at = clock.now().replace(second=0, microsecond=0)
    asked = Asked(
        from_at=to_at - timedelta(minutes=MINUTES),
        to_at=to_at,
        time_zone="UTC",
        chosen=chosen or Chosen(),
    )
    ground = lay_ground(viewer, asked, clock=clock)
    return remembered(ground, "pulse", lambda: _pulse(ground))


def _pulse(ground: Ground) -> Pulse:
    asked, use, known = ground.asked, fetch_use(ground), ground.known
    began = use.frame.take(use.began)
    counted = count_minutes(began, use.from_ms, MINUTES)
    until = min(asked.to_at, known.as_of) if known.as_of else asked.from_at
    users = count_users_since(
        use.frame.who,
        use.begin,
        use.end,
        until_ms=door.to_ms(until),
        spans_ms=[span * 60_000 for span in SPANS],
    )
    times = tuple(asked.from_at + timedelta(minutes=place) for place in range(MINUTES))
    return Pulse(
        times=times,
        logons=_known(times, counted.logons, known.as_of),
        reconnects=_known(times, counted.reconnects, known.as_of),
        failures=_known(times, counted.failures, known.as_of),
        connected=dict(zip(SPANS, users, strict=True)) if known.sources else {},
        failed=tuple(
            FailedPart(
                stage=each.stage,
                reason=frames.text_of(each.failure),
                attempts=each.attempts,
                users=each.users,
                last_at=door.from_ms(each.last_ms),
            )
            for each in count_failed(began, fetch_stages(ground))[:MOST_PARTS]
        ),
        known=known,
    )


def _known(
    times: tuple[datetime, ...], counts: tuple[int, ...], as_of: datetime | None
) -> tuple[int | None, ...]:
    """Return counts; None of minutes of which not all sources have told, unless some was seen."""
    return tuple(
        count if count or (as_of is not None and at + timedelta(minutes=1) <= as_of) else None
        for at, count in zip(times, counts, strict=True)
    )
