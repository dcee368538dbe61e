"""The demo's remedy: a desktop whose processor is busy gets its search service restarted."""

from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.operate.remedies import queries
from yunwei.operate.remedies.actions import add_remedy
from yunwei.operate.remedies.facts import Mode, RemedyDraft
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.queries import library
from yunwei.operate.scripts.queries.starter import starter_set

_SLUG = "windows-service-restart"


def add_demo_remedy(admin: Viewer, customer: TenantId, clock: Clock) -> None:
    """Add it and approve its script; nothing when there are remedies already."""
    now = clock.now()
    if queries.fetch_remedies(admin, page=PageRequest(limit=1)).total:
        return
    rows = library.fetch_scripts(admin, page=PageRequest(limit=100)).items
    name = next((each.head.name for each in starter_set() if each.slug == _SLUG), "")
    chosen = next((row for row in rows if row.script.name == name), None)
    if chosen is None:
        return
    if library.access_script(admin, chosen.script.id).approved is None:
        review.approve(admin, review.Meant(chosen.script.id, 1), now=now)
    draft = RemedyDraft(
        name="CPU 过高时重启搜索服务 / Busy processor: restart the search service",
        condition='contains(alarm_type, "cpu_util")',
        script=chosen.script.id,
        values={"SERVICE": "WSearch"},
        mode=Mode.AUTOMATIC,
        cool_down_s=300,
        wait_s=20,
    )
    add_remedy(admin, customer, draft, now=now)
