"""Questions about runs, their targets and what these printed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import RunId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.runs.facts.clouds import CloudOrder, ScriptNeeds
from yunwei.operate.runs.facts.comparing import Change, Comparison
from yunwei.operate.runs.facts.figures import RunFigures
from yunwei.operate.runs.facts.following import FollowUp
from yunwei.operate.runs.facts.runs import Choice, Chosen, Follows, Group, Run, Target
from yunwei.operate.runs.rules.choosing import check_choice, choose
from yunwei.operate.runs.rules.comparing import count_changes, pairs_of
from yunwei.operate.runs.rules.following import check_outcome
from yunwei.operate.runs.rules.output import begin_of
from yunwei.operate.runs.store import clouds as cloud_store
from yunwei.operate.runs.store import comparing as comparing_store
from yunwei.operate.runs.store import figures as figure_store
from yunwei.operate.runs.store import following as following_store
from yunwei.operate.runs.store import runs as store
from yunwei.operate.runs.store import targets as target_store
from yunwei.operate.ssh.queries import system_chooser

_MOST_GROUPS = 100
_AT_ONCE = 100
_COMPARED = 200
_SEE = Permission.SEE_SCRIPTS

type Filters = Mapping[str, Any]


def fetch_runs(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Run]:
    """Return runs on desktops of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.RUNS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(store.build_run(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_run(viewer: Viewer, run: RunId) -> Run:
    """Return one run; raises Refused."""
    found = fetch_runs(viewer, {"id": run}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def system_run(conn: Connection, run: RunId) -> Run:
    """Return a run of whatever tenant that is there."""
    return store.fetch_run(conn, run)


def fetch_targets(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Target]:
    """Return targets of runs of the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            target_store.TARGETS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(target_store.build_target(row) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)


def access_target(viewer: Viewer, run: RunId, target: int) -> Target:
    """Return one target of a run; raises Refused."""
    found = fetch_targets(viewer, {"id": target, "run": run}, PageRequest(limit=1)).items
    if not found:
        raise Refused()
    return found[0]


def fetch_groups(viewer: Viewer, run: RunId) -> tuple[Group, ...]:
    """Return a run's targets that ended alike (state, exit code, what they printed), the largest
    group first, each with how its output begins. Raises Refused."""
    access_run(viewer, run)
    with transaction() as conn:
        found = target_store.groups(conn, run, _MOST_GROUPS)
        heads = target_store.output_heads(conn, [each.sample for each in found])
    return tuple(replace(each, output=begin_of(heads.get(each.sample, b""))) for each in found)


def run_before(viewer: Viewer, run: RunId) -> RunId | None:
    """Return the latest run of the same script for the same customer before a run."""
    access_run(viewer, run)
    with transaction() as conn:
        return comparing_store.run_before(conn, run)


def compare_runs(viewer: Viewer, run: RunId, before: RunId) -> Comparison:
    """Return what changed on desktops from one run to another, at most 200 of each kind of change.
    Raises Refused. Cost: linear in the targets of both."""
    after, earlier = access_run(viewer, run), access_run(viewer, before)
    with transaction() as conn:
        counts = count_changes(comparing_store.count_pairs(conn, run, before))
        rows = [
            row
            for change in counts
            if change not in (Change.SAME, Change.UNDECIDED)
            for row in comparing_store.list_pairs(
                conn, run, before, change=change, pairs=pairs_of(change), limit=_COMPARED
            )
        ]
    return Comparison(run=after, before=earlier, counts=counts, rows=tuple(rows))


def fetch_run_figures(viewer: Viewer, since: datetime, until: datetime) -> RunFigures:
    """Return what the runs came to that were asked for in a stretch of time. Raises Refused.

    Cost: linear in their targets.
    """
    require(viewer, _SEE)
    asked = {
        "tenants": list(viewer.tenants),
        "since": since,
        "until": until,
        "time_zone": viewer.time_zone,
    }
    with transaction() as conn:
        return figure_store.fetch_figures(conn, asked)


def fetch_cloud_orders(viewer: Viewer, run: RunId) -> tuple[CloudOrder, ...]:
    """Return what a run ordered of desktop clouds, the oldest first. Raises Refused."""
    access_run(viewer, run)
    with transaction() as conn:
        return cloud_store.fetch_orders(conn, run)


def fetch_output(viewer: Viewer, run: RunId, target: int) -> bytes:
    """Return what a script printed on a target, as far as it was kept. It is bytes of a foreign
    machine: `rules.output.read_output` makes them readable. Raises Refused."""
    access_target(viewer, run, target)
    with transaction() as conn:
        return target_store.outputs(conn, [target]).get(target, b"")


def fetch_all_output(viewer: Viewer, run: RunId) -> Iterator[tuple[Target, bytes]]:
    """Yield every target of a run, in the order of their turns, with what it printed; some at a
    time, so that memory does not depend on how many there are. Raises Refused."""
    access_run(viewer, run)
    cursor: str | None = None
    while True:
        asked = PageRequest(cursor=cursor, limit=_AT_ONCE, sort="place")
        found = fetch_targets(viewer, {"run": run}, asked)
        with transaction() as conn:
            printed = target_store.outputs(conn, [each.id for each in found.items])
        for target in found.items:
            yield target, printed.get(target.id, b"")
        cursor = found.next
        if cursor is None:
            return


def preview_targets(
    viewer: Viewer,
    tenant: TenantId,
    choice: Choice,
    *,
    now: datetime,
    needs: ScriptNeeds | None = None,
) -> Chosen:
    """Return the desktops that a choice means now, whether a script reaches each and what may speak
    against it. needs: of which script, where that is known already. Raises Refused, Invalid. Cost:
    linear in the tenant's desktops."""
    require(viewer, Permission.RUN_SCRIPTS, tenant)
    checked = check_choice(choice)
    if checked.retry_of is not None:
        checked = replace(checked, desktops=_retried(viewer, checked.retry_of))
    if checked.follows is not None:
        checked = replace(checked, desktops=_followed(viewer, tenant, checked))
    with transaction() as conn:
        chooser = system_chooser(conn, tenant)
        candidates = store.fetch_candidates(conn, tenant, needs, chooser, now)
    return choose(checked, candidates)


def _retried(viewer: Viewer, run: RunId) -> tuple[int, ...]:
    access_run(viewer, run)
    with transaction() as conn:
        return target_store.retried(conn, run)


def followed_desktops(viewer: Viewer, follows: Follows) -> tuple[int, ...]:
    """Return the desktops of a run that ended so, as far as they are known still. Raises Refused;
    Invalid."""
    access_run(viewer, follows.run)
    with transaction() as conn:
        return target_store.followed(conn, follows.run, check_outcome(follows.outcome))


def fetch_chain(viewer: Viewer, run: RunId) -> tuple[FollowUp, ...]:
    """Return what is run after a run, and the whole of the chain that it came of. Raises
    Refused."""
    access_run(viewer, run)
    with transaction() as conn:
        return following_store.fetch_chain(conn, run)


def _followed(viewer: Viewer, tenant: TenantId, choice: Choice) -> tuple[int, ...]:
    follows = choice.follows
    if follows is None or access_run(viewer, follows.run).tenant != tenant:
        raise Refused()
    found = followed_desktops(viewer, follows)
    if not choice.desktops:
        return found
    if not frozenset(choice.desktops) <= frozenset(found):
        raise Invalid("targets", "some of these desktops did not end so in the run before")
    return choice.desktops
