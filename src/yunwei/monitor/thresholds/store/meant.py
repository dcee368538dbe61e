"""What rules are about: objects with what was measured of them, and when they were in service."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from yunwei.base.core.condition import compile_condition
from yunwei.base.core.ids import TenantId
from yunwei.base.core.metrics import At
from yunwei.base.infra.postgres import Connection
from yunwei.base.named_sets import queries as named_sets
from yunwei.base.named_sets.rules.settling import settle
from yunwei.monitor.inventory import queries as inventory
from yunwei.monitor.inventory.facts import Change, Measured
from yunwei.monitor.thresholds.facts import ObjectKey, Out, Target, ThresholdContent
from yunwei.monitor.thresholds.rules.drafts import stored_condition
from yunwei.monitor.thresholds.rules.service import stretches_out
from yunwei.monitor.thresholds.rules.targets import TARGET_FIELDS, build_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The objects that a rule is about, and when each was out of service. lacking: named sets
    that are not there or empty."""

    targets: Mapping[ObjectKey, Target]
    out: Mapping[ObjectKey, tuple[Out, ...]]
    lacking: tuple[str, ...]


def fetch_meant(
    conn: Connection,
    content: ThresholdContent,
    tenant: TenantId,
    tenants: Sequence[TenantId],
    *,
    since: datetime,
) -> Meant:
    """Return what a rule of a tenant is about among some tenants' objects. Cost: two statements,
    three with named sets; linear in the objects of the kind."""
    settled = settle(
        stored_condition(content.condition),
        tenant,
        named_sets.system_book(conn),
        fields=TARGET_FIELDS,
    )
    is_meant = compile_condition(settled.condition, fields=TARGET_FIELDS)
    targets: dict[ObjectKey, Target] = {}
    seen: dict[ObjectKey, Measured] = {}
    for each in inventory.system_measured(conn, content.at, tenants):
        target = build_target(each)
        if is_meant(target.row):
            targets[target.key], seen[target.key] = target, each
    out = _out(conn, content, tenants, seen, since) if content.at is At.DESKTOP else {}
    return Meant(targets=targets, out=out, lacking=settled.lacking)


def _out(
    conn: Connection,
    content: ThresholdContent,
    tenants: Sequence[TenantId],
    seen: Mapping[ObjectKey, Measured],
    since: datetime,
) -> dict[ObjectKey, tuple[Out, ...]]:
    moved: defaultdict[ObjectKey, list[Change]] = defaultdict(list)
    # what came into service shortly before is still in its grace
    earlier = datetime.fromtimestamp(since.timestamp() - content.grace_s, UTC)
    for move in inventory.system_desktop_moves(conn, tenants, earlier):
        moved[move.source, move.native_id].append(move.change)
    return dict(_stretches(content, seen, moved, earlier))


def _stretches(
    content: ThresholdContent,
    seen: Mapping[ObjectKey, Measured],
    moved: Mapping[ObjectKey, Sequence[Change]],
    since: datetime,
) -> Iterator[tuple[ObjectKey, tuple[Out, ...]]]:
    for key, each in seen.items():
        found = stretches_out(
            state=each.state,
            is_in_maintenance=each.is_in_maintenance,
            is_gone=False,
            changes=moved.get(key, ()),
            since=since,
            grace_s=content.grace_s,
        )
        if found:
            yield key, found
