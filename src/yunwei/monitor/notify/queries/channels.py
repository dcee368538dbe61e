"""Questions about channels; never a secret."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.ids import ChannelId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.queries.lists import fetch_list, only
from yunwei.monitor.notify.store import channels as channel_store


def fetch_channels(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[Channel]:
    """Return a page of channels; never a secret."""
    return fetch_list(
        viewer,
        Permission.SEE_RULES,
        channel_store.CHANNELS,
        lambda row: channel_store.build_channel(channel_store.with_tenant(row)),
        (filters, page),
    )


def access_channel(viewer: Viewer, channel: ChannelId) -> Channel:
    """Return one channel; raises Refused when it is not there or not the viewer's."""
    return only(fetch_channels(viewer, filters={"id": channel}))
