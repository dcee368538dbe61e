"""REST of a platform, as commands ask it from anywhere; its errors are ours again."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from yunwei.base.core.errors import Conflict, Invalid, Refused, YunweiError

_TIMEOUT_S = 30.0
_AWAY_S = 120.0


class Rest:
    """The platform's REST; its errors are ours again."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, json=body)

    def items(self, path: str) -> Iterator[Any]:
        """Yield all of a list, page by page."""
        page = self.get(path, limit=1000)
        yield from page["items"]
        while page["next"]:
            page = self.get(path, limit=1000, cursor=page["next"])
            yield from page["items"]

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        """What is asked may be asked again: a start bears its key."""
        ends = time.monotonic() + _AWAY_S
        while True:
            try:
                answer = self._client.request(method, path, timeout=_TIMEOUT_S, **sent)
            except httpx.HTTPError as error:
                if time.monotonic() > ends:
                    raise YunweiError(f"{self._client.base_url} does not answer") from error
            else:
                if answer.status_code < 500 or time.monotonic() > ends:
                    return _read_answer(answer)
            time.sleep(2.0)


def _read_answer(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    try:
        told = answer.json()
    except ValueError:
        told = {}
    message = str(told.get("message") or f"the platform answered {answer.status_code}")
    match answer.status_code:
        case 401 | 403:
            raise Refused("the token is not valid")
        case 404:
            raise Refused()
        case 409:
            raise Conflict(message)
        case 422:
            raise Invalid(str(told.get("field") or ""), message)
        case _:
            raise YunweiError(message)
