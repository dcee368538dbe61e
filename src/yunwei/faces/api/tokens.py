"""REST of API tokens: one's own, and everybody's for who manages people."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.people import queries
from yunwei.base.people.actions import tokens
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request

router = Router()


class TokenOut(Schema):
    id: int
    user_id: int
    username: str
    name: str
    prefix: str = Field(description="The first letters, to tell tokens apart.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="Up to five minutes behind.")
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    token: str = Field(description="The secret. Shown this once.")


class TokenIn(Body):
    name: str = Field(description="What it is for.")
    expires_at: datetime | None = Field(None, description="null: never.")


class TokenQuery(ListQuery):
    user: int | None = Field(None, description="Of this user.")
    is_revoked: bool | None = None


@router.get("", response=Listed[TokenOut], summary="List API tokens")
def list_tokens(request: HttpRequest, query: Query[TokenQuery]) -> Any:
    return answer_list(request, query, queries.fetch_tokens)


@router.post("", response={201: NewTokenOut}, summary="Make an API token of one's own")
def create_token(request: HttpRequest, data: TokenIn) -> Any:
    made, text = tokens.create_token(
        viewer_of_request(request), name=data.name, expires_at=data.expires_at
    )
    return Status(
        201, NewTokenOut.model_validate({**TokenOut.from_orm(made).dict(), "token": text})
    )


@router.post("/{int:token_id}/revoke", response=TokenOut, summary="Stop an API token")
def revoke_token(request: HttpRequest, token_id: int) -> Any:
    return tokens.revoke_token(viewer_of_request(request), token_id)
