"""Questions about surveys: lists, one with its link, what the answers come to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SurveyId, TenantId, TicketId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.signing import Signer
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.surveys import MonthScore, Satisfaction, Survey
from yunwei.operate.service.rules.surveys import link_of, pack_link, unpack_link
from yunwei.operate.service.store import surveys as store

_ONE = PageRequest(limit=1)
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def fetch_surveys(
    viewer: Viewer,
    filters: Mapping[str, Any] | None = None,
    page: PageRequest | None = None,
    *,
    now: datetime,
) -> Page[Survey]:
    """Return what the viewer's tenants were asked. Raises Refused, Invalid."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return _fetch(conn, viewer.tenants, filters or {}, page or PageRequest(), now)


def access_survey(viewer: Viewer, survey: SurveyId, *, now: datetime) -> Survey:
    """Return one survey; raises Refused."""
    found = fetch_surveys(viewer, {"id": survey}, _ONE, now=now).items
    if not found:
        raise Refused()
    return found[0]


def find_survey_of(viewer: Viewer, ticket: TicketId, *, now: datetime) -> Survey | None:
    """Return the survey about a ticket of the viewer's tenants. Raises Refused."""
    found = fetch_surveys(viewer, {"ticket": ticket}, _ONE, now=now).items
    return next(iter(found), None)


def make_token(signer: Signer, survey: Survey) -> str:
    """Return the last part of a survey's address; the same whenever it is asked for."""
    return signer.sign(pack_link(link_of(survey)))


def open_link(signer: Signer, token: str, *, now: datetime) -> Survey:
    """Return the survey that a link is about. Raises Invalid when it was not made here."""
    link = unpack_link(signer.read(token))
    with transaction() as conn:
        tenant = store.tenant_of(conn, link)
        if tenant is None:
            raise Invalid("token", "this was not signed here")
        return system_survey(conn, link.survey, tenant, now=now)


def system_survey(conn: Connection, survey: SurveyId, tenant: TenantId, *, now: datetime) -> Survey:
    """Return one survey of a tenant; raises Refused."""
    found = _fetch(conn, (tenant,), {"id": survey}, _ONE, now).items
    if not found:
        raise Refused()
    return found[0]


def sum_up(viewer: Viewer, *, since: datetime, until: datetime = _EVER) -> Satisfaction:
    """Return what the answers to all that was asked within a time come to. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return store.sum_up(conn, viewer.tenants, since, until)


def fetch_by_month(viewer: Viewer, *, since: datetime) -> tuple[MonthScore, ...]:
    """Return the answers by the month in which they came, in the viewer's time zone; months
    without any are left out. Raises Refused."""
    require(viewer, Permission.SEE_SERVICE)
    with transaction() as conn:
        return store.by_month(conn, viewer.tenants, since, viewer.time_zone)


def _fetch(
    conn: Connection,
    tenants: tuple[TenantId, ...],
    filters: Mapping[str, Any],
    page: PageRequest,
    now: datetime,
) -> Page[Survey]:
    asked = {**filters, "now": now}
    found = fetch_page(conn, store.SURVEYS, tenants=tenants, filters=asked, request=page)
    items = tuple(store.build_survey(row, now) for row in found.items)
    return Page(items=items, next=found.next, total=found.total)
