"""Hands an e-mail to an SMTP server, one connection per message."""

import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage

import aiosmtplib

from yunwei.base.core.errors import SendError, SourceError
from yunwei.plugins.channels.email.letter import build_letter, parse_address
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.http import TlsTrust, scrub

# RFC 5321: 5yz means that the same command will fail again.
_FIRST_PERMANENT = 500


def _now() -> datetime:
    return datetime.now(UTC)  # rule: the Date header tells a person when it was sent


class Channel:
    """See `plugins.sdk.contract.Channel`. now: read for the Date header."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        timeout_s: float = 15.0,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._now = now
        self._sender = parse_address(settings["from"])
        self._tls = _open_tls(settings)

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send to the recipient's address; the receipt is the server's answer.

        Raises SendError: permanent when the address is none or the server answers 5xx. Where the
        server lacks the encryption that the settings demand, nothing is sent.
        """
        letter = build_letter(message, sender=self._sender, recipient=recipient, at=self._now())
        try:
            return await self._hand_over(letter)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise self._failure(error, error.recipients[0].code) from error
        except aiosmtplib.SMTPResponseException as error:
            raise self._failure(error, error.code) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self._failure(error, 0) from error

    async def close(self) -> None:
        """Nothing stays open between two messages."""

    async def _hand_over(self, letter: EmailMessage) -> Receipt:
        settings = self._settings
        security = settings.get("security") or "starttls"
        server = aiosmtplib.SMTP(
            hostname=settings["host"],
            port=int(float(settings.get("port") or 587)),
            use_tls=security == "tls",
            start_tls=security == "starttls",
            username=settings.get("user") or None,
            password=settings.get("password") or None,
            timeout=self._timeout_s,
            tls_context=self._tls if security != "none" else None,
        )
        async with server:
            _, said = await server.send_message(letter)
        return Receipt(detail=self._scrub(said))

    def _failure(self, error: Exception, code: int) -> SendError:
        where = f"{self._settings['host']}:{self._settings.get('port') or 587}"
        text = self._scrub(str(error) or type(error).__name__)
        return SendError(f"{where}: {text}", permanent=code >= _FIRST_PERMANENT)

    def _scrub(self, text: str) -> str:
        return scrub(text, (self._settings.get("password", ""),))


def _open_tls(settings: Mapping[str, str]) -> ssl.SSLContext | None:
    try:
        trust = TlsTrust(settings.get("tls") or "verify", ca=settings.get("ca", ""))
    except SourceError as error:
        raise SendError(error.message, permanent=True) from error
    return trust.context
