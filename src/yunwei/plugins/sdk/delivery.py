"""Delivers one message by HTTP for channels: settings to a client, answers to `SendError`s.

What the receivers' bodies mean is each channel's own.
"""

from collections.abc import Iterable, Mapping

from yunwei.base.core.errors import SendError, SourceError
from yunwei.plugins.sdk.http import Answer, HttpClient, HttpLimits, TlsTrust

# Statuses of the 4xx kind after which the same message may still be taken.
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})

# A receiver's answer is a word or two; more is not ours to read.
_MAX_ANSWER_BYTES = 256 * 1024


def open_delivery(
    base_url: str,
    settings: Mapping[str, str],
    *,
    timeout_s: float,
    secrets: Iterable[str] = (),
) -> HttpClient:
    """Return a client for a channel; `tls`, `ca` and `proxy` are taken from its settings.

    Errors name the host alone, because a webhook's path is often its secret. Raises SendError,
    permanent, when the authority is no certificate.
    """
    try:
        trust = TlsTrust(settings.get("tls") or "verify", ca=settings.get("ca", ""))
    except SourceError as error:
        raise SendError(error.message, permanent=True) from error
    limits = HttpLimits(timeout_s=timeout_s, max_response_bytes=_MAX_ANSWER_BYTES)
    return HttpClient(
        base_url,
        limits=limits,
        trust=trust,
        secrets=secrets,
        names_path=False,
        proxy=settings.get("proxy", ""),
    )


async def deliver(
    client: HttpClient, path: str, *, headers: Mapping[str, str], body: bytes
) -> Answer:
    """POST and return the answer of a receiver that took the message (2xx).

    Raises SendError: permanent for redirects and for 4xx other than 408, 425 and 429; with
    `retry_after_s` where the receiver says when to come back.
    """
    try:
        answer = await client.send("POST", path, headers=headers, body=body)
    except SourceError as error:
        raise SendError(error.message) from error
    check_delivery(answer)
    return answer


def check_delivery(answer: Answer) -> None:
    """Return for a success (2xx); else raise the SendError that the status stands for."""
    if answer.is_success:
        return
    is_permanent = answer.status < 500 and answer.status not in _WORTH_ANOTHER_TRY
    raise SendError(
        f"{answer.where} answered {answer.status}: {answer.excerpt}",
        permanent=is_permanent,
        retry_after_s=None if is_permanent else answer.retry_after_s(),
    )
