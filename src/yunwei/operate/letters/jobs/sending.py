"""Tells those who asked what became of their tickets, and sends surveys. Copies do no harm.

What is to be told is locked while its messages are written into the outbox, and noted in the same
transaction: whoever dies before it has committed told nobody, and the next one does.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime

from yunwei.base.core.errors import Refused
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.signing import Signer
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.notices import Notice
from yunwei.monitor.notify.queries.routes import system_snapshot
from yunwei.operate.letters.facts.surveys import SurveyLetter
from yunwei.operate.letters.queries.post import Post, system_post
from yunwei.operate.letters.queries.readers import Reader, system_readers
from yunwei.operate.letters.queries.surveys import system_letters
from yunwei.operate.letters.rules.wording import say_news, say_survey
from yunwei.operate.letters.store.surveys import note_sent
from yunwei.operate.service.actions.news import note_told
from yunwei.operate.service.facts.surveys import Survey
from yunwei.operate.service.facts.tickets import News
from yunwei.operate.service.queries.news import system_news
from yunwei.operate.service.queries.surveys import make_token, system_survey

_PACE_S = 5.0
_AT_ONCE = 200


class LetterWriter:
    """One copy's share of the work. signer: of surveys' links."""

    def __init__(self, clock: Clock, signer: Signer, *, public_url: str, time_zone: str) -> None:
        self._clock = clock
        self._signer = signer
        self._public_url = public_url
        self._time_zone = time_zone

    async def step(self) -> float:
        """Look once; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> int:
        """Tell what is to be told, in whichever thread; return how much it was."""
        now = self._clock.now()
        with transaction() as conn:
            news = system_news(conn, limit=_AT_ONCE)
            letters = system_letters(conn, now=now, limit=_AT_ONCE)
            if not news and not letters:
                return 0
            post = system_post(conn, news)
            notices = [notice for each in news for notice in build_news(each, post)]
            for each in letters:
                notices += self._ask(conn, each, now)
            known = system_snapshot(conn, public_url=self._public_url, time_zone=self._time_zone)
            plan_notices(conn, notices, known, now)
            note_told(conn, news)
            for each in letters:
                note_sent(conn, each.survey, now)
        return len(news) + len(letters)

    def _ask(self, conn: Connection, letter: SurveyLetter, now: datetime) -> Iterable[Notice]:
        try:
            survey = system_survey(conn, letter.survey, letter.tenant, now=now)
        except Refused:
            return ()
        token = make_token(self._signer, survey)
        return build_survey(survey, letter, system_readers(conn, survey, now=now), self._url(token))

    def _url(self, token: str) -> tuple[str, str]:
        path = f"/survey/{token}"
        return path, f"{self._public_url.rstrip('/')}{path}" if self._public_url else ""


def build_news(news: News, post: Post) -> Iterator[Notice]:
    """Yield what each asker is told; whoever asked for several of them is told once. Who has no
    account is told by mail, where they asked by mail."""
    told: set[int | str] = set()
    for asker in news.askers:
        address = "" if asker.user is not None else post.openers.get(asker.ticket, "")
        who = asker.user if asker.user is not None else address
        if not who or who in told:
            continue
        told.add(who)
        subject, body = say_news(news, asker)
        yield Notice(
            tenant=news.tenant,
            key=f"ticket-{news.ticket}-entry-{news.entry}",
            subject=subject,
            body=body,
            people=() if asker.user is None else (asker.user,),
            outside=(address,) if address else (),
            link=f"/tickets/{news.ticket}",
            thread=news.code,
            reply_to=post.address,
        )


def build_survey(
    survey: Survey, letter: SurveyLetter, reader: Reader, where: tuple[str, str]
) -> Iterator[Notice]:
    """Yield what is sent of a survey. where: its path, and its whole address, "" unknown."""
    path, address = where
    if reader.people:
        subject, body = say_survey(survey, "", is_reminder=letter.is_reminder)
        yield Notice(
            tenant=survey.tenant,
            key=letter.key,
            subject=subject,
            body=body,
            people=reader.people,
            link=path,
        )
    if reader.outside and address:
        subject, body = say_survey(survey, address, is_reminder=letter.is_reminder)
        yield Notice(
            tenant=survey.tenant,
            key=letter.key,
            subject=subject,
            body=body,
            outside=reader.outside,
        )
