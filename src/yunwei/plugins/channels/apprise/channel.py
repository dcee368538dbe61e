"""Hands a message to the library Apprise, which knows some hundred services by their address.

Source: the API documentation of Apprise. The library is an extra: `pip install yunwei[apprise]`.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import SendError
from yunwei.base.core.severity import Severity
from yunwei.plugins.sdk.contract import OutgoingMessage, Receipt, Recipient
from yunwei.plugins.sdk.texts import one_line, without_markup

try:
    import apprise
except ImportError:  # rule: an extra, absent where nobody asked for it
    apprise = None  # type: ignore[assignment]

_TYPES = {
    Severity.CRITICAL: "failure",
    Severity.MAJOR: "failure",
    Severity.MINOR: "warning",
    Severity.WARNING: "warning",
    Severity.INDETERMINATE: "info",
}


class Channel:
    """See `plugins.sdk.contract.Channel`. The address is the whole secret."""

    def __init__(self, settings: Mapping[str, str], *, timeout_s: float = 15.0) -> None:
        self._url = settings["url"]
        self._timeout_s = timeout_s

    async def send(self, message: OutgoingMessage, recipient: Recipient) -> Receipt:
        """Send by the address of the settings. Apprise says whether it worked, and no more.

        Raises SendError: permanent when the library is not there or does not know the address.
        """
        if apprise is None:
            raise SendError("Apprise is not installed: pip install yunwei[apprise]", permanent=True)
        service = apprise.Apprise()
        if not service.add(self._url):
            raise SendError("Apprise does not know such an address", permanent=True)
        try:
            async with asyncio.timeout(self._timeout_s):
                is_sent = await service.async_notify(**_build(message))
        except TimeoutError as error:
            text = f"no answer within {self._timeout_s:.0f} s"
            raise SendError(text, is_doubtful=True) from error
        except (OSError, TypeError, ValueError) as error:
            # its texts may name the address
            raise SendError(f"Apprise failed: {type(error).__name__}") from error
        if not is_sent:
            raise SendError("the service did not take it; Apprise does not say why")
        return Receipt(detail="Apprise: sent")

    async def close(self) -> None:
        """Nothing stays open between two messages."""


def _build(message: OutgoingMessage) -> dict[str, Any]:
    """Return the arguments of a notification: plain texts that no service reads as markup."""
    body = without_markup(message.body).strip()
    parts = [part for part in (body, message.link) if part]
    kind = "success" if message.is_clear else _TYPES[message.severity or Severity.INDETERMINATE]
    return {
        "title": without_markup(one_line(message.subject)),
        "body": "\n\n".join(parts) or without_markup(message.subject),
        "notify_type": kind,
        "body_format": "text",
    }
