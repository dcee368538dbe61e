"""Fetches mail from the mailbox. Copies do no harm.

A mail is handled in one transaction that also writes it into the ledger, and only then is the
server told that it was seen: whoever dies between the two finds it in the ledger the next time.
"""

import asyncio
import logging
from functools import partial

from yunwei.base.core.errors import Misconfigured, SourceError
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.loop import attempt
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.letters.actions.mailboxes import (
    fetch_mail,
    find_unseen,
    note_seen,
    open_mailbox,
)
from yunwei.operate.letters.actions.mails import take_in
from yunwei.operate.letters.facts.mails import MailboxAccess
from yunwei.operate.letters.queries.mails import system_access
from yunwei.operate.letters.rules.reading import LARGEST_BYTES, read_mail
from yunwei.operate.letters.store import mails as store

logger = logging.getLogger(__name__)

_PACE_S = 30.0
_AT_ONCE = 50
_TOO_LARGE = "（邮件过大，正文与附件未保留 / the mail was too large, only its subject was kept）"


class MailFetcher:
    """One copy's share of the work."""

    def __init__(self, clock: Clock, box: SecretBox) -> None:
        self._clock = clock
        self._box = box

    async def step(self) -> float:
        """Look once; returns when to come again. Raises EngineAway."""
        await asyncio.to_thread(self.look)
        return _PACE_S

    def look(self) -> int:
        """Handle what came, in whichever thread; return how much was handled anew."""
        with transaction() as conn:
            try:
                access = system_access(conn, self._box)
            except Misconfigured as error:
                store.note_looked(conn, error.message, self._clock.now())
                return 0
        if access is None or not access.mailbox.is_enabled:
            return 0
        count, trouble = 0, ""
        try:
            count = self._fetch(access)
        except SourceError as error:
            trouble = error.message
            logger.warning("mail could not be fetched: %s", trouble)
        with transaction() as conn:
            store.note_looked(conn, trouble, self._clock.now())
        return count

    def _fetch(self, access: MailboxAccess) -> int:
        count = 0
        with open_mailbox(access) as server:
            for uid in find_unseen(server)[:_AT_ONCE]:
                raw, is_whole = fetch_mail(server, uid, largest_bytes=LARGEST_BYTES)
                note = "" if is_whole else _TOO_LARGE
                is_new, failure = attempt(partial(self._handle, raw, access, note=note))
                if failure is not None:
                    # it stays unread, and those after it are not held up by it
                    logger.error("a mail could not be handled", exc_info=failure)
                    continue
                note_seen(server, uid)
                count += bool(is_new)
        return count

    def _handle(self, raw: bytes, access: MailboxAccess, *, note: str) -> bool:
        own = access.mailbox.address
        became = take_in(read_mail(raw, note=note), own_address=own, now=self._clock.now())
        return became is not None
