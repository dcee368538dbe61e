"""Channels: configured ways to reach people, and what their manifests say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import (
    ChannelId,
    TenantId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A configured way to reach people. secrets_set: keys of secrets that hold a value.

    language: of messages that go to nobody in particular (a group, a webhook). limits: how much
    it may send, as people write it (`rules.limits`); "" goes by its kind's. fallback: where
    messages go that do not get through here.
    """

    id: ChannelId
    tenant: TenantId
    kind: str
    name: str
    settings: Mapping[str, str]
    secrets_set: tuple[str, ...]
    language: str
    is_enabled: bool
    changed_at: datetime
    limits: str = ""
    fallback: ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDraft:
    kind: str
    name: str
    settings: Mapping[str, str]
    language: str = "zh-hans"
    is_enabled: bool = True
    limits: str = ""
    fallback: ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """What a channel's manifest says of it, as far as routing cares. address_kind: which of a
    person's addresses it writes to."""

    slug: str
    is_personal: bool
    address_kind: str = "email"
