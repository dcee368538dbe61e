"""A saved view as a fact: the name of a page and the query string with which it is opened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import SavedViewId, TenantId, UserId


class SavedPage(StrEnum):
    """The pages of which views are saved, by the names of their addresses."""

    ALARMS = "alarms"
    DESKTOPS = "desktops"
    DESKTOP_USERS = "desktop_users"
    SESSIONS = "sessions"
    EXPLORER = "explorer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """query: in its one form (`rules.clean_query`). is_shared: with the people of the owner's
    tenant. is_default: the page opens with it, for the viewer who asked."""

    id: SavedViewId
    tenant: TenantId
    owner: UserId
    owner_name: str
    page: SavedPage
    name: str
    query: str
    is_shared: bool
    is_default: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedViewDraft:
    page: SavedPage
    name: str
    query: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedViewChange:
    """What is to be different; None leaves it."""

    name: str | None = None
    query: str | None = None
    is_shared: bool | None = None
