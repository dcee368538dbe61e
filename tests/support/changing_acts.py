"""Acts on standard changes, as rows of `every_act` try them."""

from datetime import timedelta

from tests.support.acting import World
from tests.support.changing import BY_HAND
from tests.support.reading_acts import Try
from yunwei.operate.changes.actions import planning, stepping, templates, working
from yunwei.operate.changes.facts import ChangeDraft, NewTicket
from yunwei.operate.changes.queries.changes import access_change
from yunwei.operate.changes.rules import next_step

_HOUR, _DAYS = timedelta(hours=1), timedelta(days=9)


def _planned(world: World) -> int:
    """Return a change that a person carries out, in its window."""
    tenant = world.stage.cloud.tenant
    template = templates.add_template(world.mia, tenant, BY_HAND, now=world.now)
    new = NewTicket(contract=world.contract)
    draft = ChangeDraft(template=template, starts_at=world.now - _HOUR, ends_at=world.now + _DAYS)
    return planning.ask_change(world.mia, new, draft, now=world.now)


def begin_change(world: World) -> Try:
    change = _planned(world)

    def go() -> bool:
        working.start_change(world.mia, change, now=world.now)
        return True

    return go


def begin_step(world: World) -> Try:
    change = _planned(world)
    working.start_change(world.mia, change, now=world.now)
    step = next_step(access_change(world.mia, change))
    assert step is not None

    def go() -> bool:
        stepping.start_step(world.mia, change, step.id, box=world.stage.box, now=world.now)
        return True

    return go
