"""To whom a survey is sent."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.ids import UserId
from yunwei.base.infra.postgres import Connection
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.surveys import Survey
from yunwei.operate.service.queries.contracts import system_speakers
from yunwei.operate.service.queries.news import system_askers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """people: who can sign in. outside: mail addresses of those who can not."""

    people: tuple[UserId, ...] = ()
    outside: tuple[str, ...] = ()


def system_readers(conn: Connection, survey: Survey, *, now: datetime) -> Reader:
    """Return who is asked: whoever asked for the ticket; otherwise, and about a period, who speaks
    for the customer."""
    if survey.ticket is not None:
        askers = system_askers(conn, survey.ticket)
        people = tuple(each.user for each in askers if each.user is not None)
        if people:
            return Reader(people=people)
    speakers = system_speakers(conn, survey.contract, ContractSide.CUSTOMER, now=now)
    return Reader(
        people=tuple(each.user for each in speakers if each.user is not None),
        outside=tuple(each.email for each in speakers if each.user is None and each.email),
    )
