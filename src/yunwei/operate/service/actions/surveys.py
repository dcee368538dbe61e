"""Customers are asked whether they are satisfied, and answer by a link: signed, once, for a month.
A low answer opens an entry of the improvement register."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ContractId, SurveyId, TenantId, TicketId
from yunwei.base.core.wall_clock import find_zone, local_day
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.signing import Signer
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM, Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.actions.contracts import PART
from yunwei.operate.service.facts.surveys import Answer, PeriodDraft, Survey, SurveyKind
from yunwei.operate.service.queries import contracts, surveys
from yunwei.operate.service.rules.improvements import draft_of
from yunwei.operate.service.rules.surveys import (
    LIFE,
    check_answer,
    check_open,
    check_period,
    is_low,
)
from yunwei.operate.service.store import improvements as improvement_store
from yunwei.operate.service.store import surveys as store

BY_LINK = "by link"
_NONCE_BITS = 62


def ask_about_period(viewer: Viewer, draft: PeriodDraft, *, now: datetime) -> SurveyId:
    """Ask a contract's customer about a period, and return the survey, whose link somebody sends
    them. Raises Refused, Invalid."""
    whole = contracts.access_contract(viewer, draft.contract, now=now)
    tenant = whole.contract.tenant
    require(viewer, Permission.MANAGE_SERVICE, tenant)
    zone = find_zone(whole.holding.terms.time_zone)
    checked = check_period(draft, today=local_day(now, zone))
    with transaction() as conn:
        values = {"first_on": checked.first_on, "last_on": checked.last_on, "ticket": None}
        about = {"contract": draft.contract, "tenant": tenant, **values}
        made = _add(conn, SurveyKind.PERIOD, about, by=viewer.name, now=now)
        if made is None:
            raise Refused()
        known = surveys.system_survey(conn, made, tenant, now=now)
        _tell(conn, viewer, "service.ask_survey", known)
    return made


def offer_survey(
    conn: Connection,
    closed: tuple[TicketId, ContractId, TenantId],
    *,
    by: str,
    now: datetime,
) -> None:
    """A ticket was closed: its customer may say how it was, once."""
    ticket, contract, tenant = closed
    about = {"contract": contract, "tenant": tenant, "ticket": ticket}
    _add(conn, SurveyKind.TICKET, {**about, "first_on": None, "last_on": None}, by=by, now=now)


def _add(
    conn: Connection, kind: SurveyKind, about: Mapping[str, object], *, by: str, now: datetime
) -> SurveyId | None:
    values = {
        **about,
        "kind": kind.value,
        "nonce": secrets.randbits(_NONCE_BITS),
        "by": by,
        "now": now,
        "expires_at": now.replace(microsecond=0) + LIFE,
    }
    return store.add_survey(conn, values)


def answer_by_link(
    signer: Signer, token: str, answer: Answer, *, address: str, now: datetime
) -> Survey:
    """Keep what the customer says, who is not signed in, and return the survey as it is then.
    Raises Invalid, at the field or when the link was not made here; Conflict when it was used or
    has expired."""
    known = surveys.open_link(signer, token, now=now)
    check_open(known.state)
    checked = check_answer(known.kind, answer)
    with transaction() as conn:
        if not store.answer_survey(conn, known.id, checked, address=address, now=now):
            check_open(surveys.system_survey(conn, known.id, known.tenant, now=now).state)
        if is_low(checked):
            improvement_store.add_improvement(
                conn,
                known.tenant,
                draft_of(known, checked),
                by=checked.name or BY_LINK,
                now=now,
                survey=known.id,
            )
        who = replace(SYSTEM, name=BY_LINK, address=address)
        _tell(conn, who, "service.answer_survey", known)
        return surveys.system_survey(conn, known.id, known.tenant, now=now)


def _tell(conn: Connection, viewer: Viewer, verb: str, survey: Survey) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="survey",
        object_id=survey.id,
        object_name=f"{survey.contract_name} {survey.code}",
        tenant=survey.tenant,
    )
    announce_live(PART, survey.tenant)
