"""How a trigger that is set off is tried as an act on a customer's desktop."""

from tests.support.acting import World
from tests.support.reading_acts import Try
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.actions import triggers
from yunwei.operate.triggers.facts import FiringState, Occasion, TriggerDraft
from yunwei.operate.triggers.jobs import Triggers


def prepare_trigger(world: World) -> Try:
    """Let a desktop have another image, which is what its trigger waits for."""
    if "trigger" not in world.kept:
        draft = TriggerDraft(
            name="settle it",
            occasion=Occasion.REBUILT,
            script=world.clinic.script,
            wait_s=0,
            cool_down_s=0,
            breaker_after=20,
        )
        olga, tenant = world.stage.olga, world.stage.cloud.tenant
        world.kept["trigger"] = triggers.add_trigger(olga, tenant, draft, now=world.now)
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "INSERT INTO inventory_desktopchange"
            " (tenant_id, desktop_id, at, field, before, after, is_told)"
            " VALUES (%s, %s, %s, 'image', 'a', 'b', false)",
            (world.stage.cloud.tenant, world.desktop(), world.now),
        )

    def go() -> bool:
        Triggers(world.clock, world.stage.box).look()
        told = queries.fetch_firings(world.stage.olga, page=PageRequest(limit=200)).items
        return max(told, key=lambda each: each.id).state is not FiringState.REFUSED

    return go
