"""The demo's library: the scripts that come with the platform, some of them approved."""

from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import Clock
from yunwei.base.people.facts import Viewer
from yunwei.operate.scripts.actions import library, review
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.queries.starter import starter_set

_LEFT = 4
"""So many wait for whoever tries the demo."""


def add_demo_scripts(admin: Viewer, clock: Clock) -> None:
    """Add the set and approve most of it; nothing when there are scripts already."""
    if queries.fetch_scripts(admin, page=PageRequest(limit=1)).total:
        return
    now = clock.now()
    library.add_starter_set(admin, admin.tenant, starter_set(), now=now)
    found = queries.fetch_scripts(admin, page=PageRequest(limit=100)).items
    for row in found[_LEFT:]:
        review.approve(admin, review.Meant(row.script.id, 1), now=now)
