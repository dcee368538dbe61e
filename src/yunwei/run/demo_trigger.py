"""The demo's trigger: a desktop that is new is looked at once; nothing on it is changed."""

from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.operate.scripts.queries import library
from yunwei.operate.scripts.queries.starter import starter_set
from yunwei.operate.triggers import queries
from yunwei.operate.triggers.actions.triggers import add_trigger
from yunwei.operate.triggers.facts import Occasion, TriggerDraft

_SLUG = "windows-domain-trust"


def add_demo_trigger(admin: Viewer, customer: TenantId, clock: Clock) -> None:
    """Add it; nothing when there are triggers already, or its script may not run."""
    if queries.fetch_triggers(admin, page=PageRequest(limit=1)).total:
        return
    name = next((each.head.name for each in starter_set() if each.slug == _SLUG), "")
    asked = PageRequest(limit=100)
    rows = library.fetch_scripts(admin, filters={"may_run": True}, page=asked).items
    chosen = next((row for row in rows if row.script.name == name), None)
    if chosen is None:
        return
    draft = TriggerDraft(
        name="新桌面检查域信任 / New desktop: check its domain trust",
        occasion=Occasion.APPEARED,
        script=chosen.script.id,
        wait_s=300,
        per_hour=50,
    )
    add_trigger(admin, customer, draft, now=clock.now())
