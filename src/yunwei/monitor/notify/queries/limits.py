"""Questions about how much a channel may send."""

from yunwei.base.infra.postgres import Connection
from yunwei.monitor.notify.facts.buckets import Limit
from yunwei.monitor.notify.rules.limits import parse_limits, render_limits
from yunwei.monitor.notify.store import channels as channel_store
from yunwei.plugins.sdk.manifest import CHANNELS, manifests


def system_limits(conn: Connection, channel: int) -> tuple[Limit, ...]:
    """Return a channel's limits: its own where people set some, else its kind's."""
    access = channel_store.channel_access(conn, channel)
    if access is None:
        return ()
    return parse_limits(access["limits"]) if access["limits"] else limits_of_kind(access["kind"])


def describe_limits(kind: str) -> str:
    """Return a kind's limits as people write them; "" when it has none."""
    return render_limits(limits_of_kind(kind))


def limits_of_kind(kind: str) -> tuple[Limit, ...]:
    """Return what a channel's manifest declares; () for a kind that is not installed."""
    manifest = manifests(CHANNELS).get(kind)
    return tuple(
        Limit(count=each.count, per_s=each.per_s, scope=each.scope)
        for each in (manifest.limit if manifest else ())
    )
