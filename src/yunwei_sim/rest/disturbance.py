"""Makes the REST face itself misbehave, for tests of whoever reads it. Pure of sockets.

What a reader must survive: silence, slowness, error pages, broken or wrong answers.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec


class Mischief(StrEnum):
    """The ways in which the face can misbehave."""

    REFUSE = "refuse"  # nobody listens on the port
    HANG = "hang"  # the request is taken and never answered
    SLOW = "slow"  # the right answer, late
    GARBAGE = "garbage"  # 200 with JSON cut off in the middle
    HTML = "html"  # 200 with a web page
    WRONG_TYPES = "wrong_types"  # numbers for texts, texts for numbers and lists
    EMPTY_PAGE = "empty_page"  # a total, and no items
    SERVER_ERROR = "server_error"  # 500 with the service's error body
    BAD_GATEWAY = "bad_gateway"  # 502 without one
    THROTTLE = "throttle"  # 429 for everything


@dataclass(slots=True, kw_only=True)
class Disturbance:
    """One mischief: on which paths, for how many requests, until when (steady seconds)."""

    mischief: Mischief
    path_part: str = ""
    requests_left: int | None = None
    until_s: float | None = None
    delay_s: float = 5.0

    def applies(self, path: str, *, ticks_s: float) -> bool:
        """Return whether this request is to be disturbed, and count it if so."""
        if self.path_part not in path or self.is_over(ticks_s=ticks_s):
            return False
        if self.requests_left is not None:
            self.requests_left -= 1
        return True

    def is_over(self, *, ticks_s: float) -> bool:
        """Return whether its time or its number of requests has run out."""
        return self.is_late(ticks_s=ticks_s) or self.requests_left == 0

    def is_late(self, *, ticks_s: float) -> bool:
        """Return whether its time has run out."""
        return self.until_s is not None and ticks_s >= self.until_s


HTML_PAGE = (
    b"<!DOCTYPE html><html><head><title>Login</title></head><body>Please log in</body></html>"
)


def spoil(mischief: Mischief | None, answer: object) -> tuple[bytes, str]:
    """Return the body and its content type, spoiled as asked."""
    if mischief == Mischief.HTML:
        return HTML_PAGE, "text/html; charset=utf-8"
    if mischief == Mischief.WRONG_TYPES:
        answer = _twist(answer)
    if mischief == Mischief.EMPTY_PAGE and isinstance(answer, dict):
        answer = {key: [] if isinstance(value, list) else value for key, value in answer.items()}
    body = msgspec.json.encode(answer)
    if mischief == Mischief.GARBAGE:
        body = body[: max(1, len(body) * 2 // 3)]
    return body, "application/json;charset=UTF-8"


def _twist(value: object) -> object:
    """Swap the types of everything but the outermost names."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"about {value}"
        case str():
            return len(value)
        case list():
            return {str(number): _twist(each) for number, each in enumerate(value[:3])}
        case dict():
            return {key: _twist(each) for key, each in value.items()}
        case _:
            return value
