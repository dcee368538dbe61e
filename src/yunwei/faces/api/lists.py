"""One way to read a list over REST. A noun's router declares its query and its item; see tokens.py.

class PoolQuery(ListQuery):
    search: str | None = None

@router.get("", response=Listed[PoolOut], summary="List pools")
def list_pools(request: HttpRequest, query: Query[PoolQuery]) -> Any:
    return answer_list(request, query, inventory_queries.fetch_pools)
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict, Field

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.people.facts import Viewer
from yunwei.faces.api.security import viewer_of_request

_PAGING = ("cursor", "limit", "sort")


class Listed[T](Schema):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="Send it as `cursor` for the next page; null at the end.")
    total: int = Field(description="How many match in all.")


class ListQuery(Schema):
    """What every list takes; a noun adds its filters as fields, None for "not asked"."""

    cursor: str | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=1000, description="Items a page.")
    sort: str = Field("", description="Name of a column, with - before it: largest first.")

    def page_request(self) -> PageRequest:
        return PageRequest(cursor=self.cursor, limit=self.limit, sort=self.sort)

    def filters(self) -> dict[str, Any]:
        """Return the filters asked for; times must say their zone (Invalid)."""
        asked = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in _PAGING and getattr(self, name) is not None
        }
        for name, value in asked.items():
            if isinstance(value, datetime) and value.tzinfo is None:
                raise Invalid(name, "the time has no zone")
        return asked


class Body(Schema):
    """What a request sends; a field that nobody reads is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


type Fetch[T] = Callable[[Viewer, Mapping[str, Any], PageRequest], Page[T]]


def answer_list[T](request: HttpRequest, query: ListQuery, fetch: Fetch[T]) -> dict[str, Any]:
    """Return a page as `Listed` says. fetch(viewer, filters, page request) is a part's query.

    Raises Invalid for a parameter that the list does not know.
    """
    check_parameters(request, query)
    return as_listed(fetch(viewer_of_request(request), query.filters(), query.page_request()))


def as_listed[T](page: Page[T]) -> dict[str, Any]:
    return {"items": list(page.items), "next": page.next, "total": page.total}


def check_parameters(request: HttpRequest, query: Schema) -> None:
    """Raise Invalid for a query parameter that `query` does not declare."""
    for name in request.GET:
        if name not in type(query).model_fields:
            raise Invalid(name, "there is no such parameter")
