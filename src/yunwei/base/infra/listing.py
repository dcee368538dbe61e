"""One way to list rows: filter, sort, page, count. Used by every list of pages and REST."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.postgres import Connection, cursor

MAX_LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What can be listed and how.

    base: a SELECT without ORDER BY that yields `tenant_id` and `id` among its columns.
    filters: filter name → SQL condition over the base's columns with %(name)s.
    sorts: sort name → SQL expression; a "-" before the asked name turns the order round.
    """

    base: LiteralString
    filters: Mapping[str, LiteralString]
    sorts: Mapping[str, LiteralString]
    default_sort: str


def fetch_page(
    conn: Connection,
    listing: Listing,
    *,
    tenants: tuple[int, ...],
    filters: Mapping[str, Any],
    request: PageRequest,
) -> Page[dict[str, Any]]:
    """Return one page of rows of the given tenants only.

    filters: name → value; None and "" are ignored. Raises Invalid for an unknown filter or
    sort, a bad cursor or a limit outside 1..1000.
    """
    if not 1 <= request.limit <= MAX_LIMIT:
        raise Invalid("limit", f"between 1 and {MAX_LIMIT}")
    offset = _decode_cursor(request.cursor)
    wanted = {name: value for name, value in filters.items() if value not in (None, "")}
    where = _where(listing, wanted)
    parameters = {**wanted, "tenants_": list(tenants), "limit_": request.limit, "offset_": offset}
    select = sql.SQL(
        "SELECT * FROM ({base}) AS listed WHERE {where}"
        " ORDER BY {order} LIMIT %(limit_)s OFFSET %(offset_)s"
    ).format(base=sql.SQL(listing.base), where=where, order=_order(listing, request.sort))
    count = sql.SQL("SELECT count(*) AS total FROM ({base}) AS listed WHERE {where}").format(
        base=sql.SQL(listing.base), where=where
    )
    with cursor(conn) as opened:
        rows = tuple(opened.execute(select, parameters).fetchall())
        end = offset + len(rows)
        is_last = len(rows) < request.limit and (rows or not offset)
        counted = None if is_last else opened.execute(count, parameters).fetchone()
    total = int(counted["total"]) if counted else end
    return Page(items=rows, next=_encode_cursor(end) if end < total and rows else None, total=total)


def _where(listing: Listing, wanted: Mapping[str, Any]) -> sql.Composed:
    conditions: list[sql.SQL] = [sql.SQL("tenant_id = ANY(%(tenants_)s)")]
    for name in wanted:
        if name not in listing.filters:
            raise Invalid(name, "there is no such filter")
        conditions.append(sql.SQL(listing.filters[name]))
    return sql.SQL(" AND ").join(sql.SQL("({})").format(each) for each in conditions)


def _order(listing: Listing, asked: str) -> sql.Composed:
    wanted = asked or listing.default_sort
    name = wanted.removeprefix("-")
    if name not in listing.sorts:
        raise Invalid("sort", f"there is no such sort: {name}")
    way = sql.SQL("DESC NULLS LAST" if wanted.startswith("-") else "ASC NULLS LAST")
    return sql.SQL("{} {}, id DESC").format(sql.SQL(listing.sorts[name]), way)


def _encode_cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"o{offset}".encode()).decode().rstrip("=")


def _decode_cursor(text: str | None) -> int:
    if not text:
        return 0
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        if not decoded.startswith("o"):
            raise ValueError(decoded)
        return max(0, int(decoded[1:]))
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Invalid("cursor", "this is not a cursor of ours") from error
