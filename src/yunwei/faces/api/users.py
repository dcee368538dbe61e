"""REST of people who may sign in. People on desktops are /desktop-users, another noun."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import TenantId
from yunwei.base.people import queries
from yunwei.base.people.actions import users
from yunwei.base.people.facts import Language, PersonChange, PersonDraft, Role, Theme
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request

router = Router()


class PersonOut(Schema):
    id: int
    username: str
    display_name: str
    email: str
    phone: str
    tenant: int
    tenant_name: str
    role: Role
    language: Language
    theme: Theme
    time_zone: str
    desktop_login: str = Field(description="The person's login name in sources.")
    is_active: bool
    has_totp: bool = Field(description="Signs in with a second factor.")
    created_at: datetime
    last_login_at: datetime | None
    customers: list[int] = Field(description="Tenants the person is limited to; none: all.")


class PersonIn(Body):
    username: str
    password: str = Field(description="At least 12 characters, not a common one.")
    role: Role
    tenant: int
    display_name: str = ""
    email: str = ""
    phone: str = ""
    desktop_login: str = ""
    language: Language = Language.CHINESE
    time_zone: str = Field("", description="Empty: the tenant's.")
    customers: list[int] = Field(default_factory=list)


class PersonChangeIn(Body):
    display_name: str | None = None
    email: str | None = None
    phone: str | None = None
    role: Role | None = None
    language: Language | None = None
    theme: Theme | None = None
    time_zone: str | None = None
    desktop_login: str | None = None
    is_active: bool | None = None
    customers: list[int] | None = None


class PasswordIn(Body):
    password: str


class PersonQuery(ListQuery):
    search: str | None = None
    tenant: int | None = None
    role: Role | None = None
    is_active: bool | None = None


@router.get("", response=Listed[PersonOut], summary="List people")
def list_users(request: HttpRequest, query: Query[PersonQuery]) -> Any:
    return answer_list(request, query, queries.fetch_people)


@router.post("", response={201: PersonOut}, summary="Add a person")
def create_user(request: HttpRequest, data: PersonIn) -> Any:
    fields = data.dict(exclude={"password", "customers", "tenant"})
    draft = PersonDraft(
        **fields, tenant=TenantId(data.tenant), customers=tuple(map(TenantId, data.customers))
    )
    return Status(201, users.create_user(viewer_of_request(request), draft, password=data.password))


@router.get("/{int:user_id}", response=PersonOut, summary="Get a person")
def get_user(request: HttpRequest, user_id: int) -> Any:
    return queries.access_person(viewer_of_request(request), user_id)


@router.patch("/{int:user_id}", response=PersonOut, summary="Change a person")
def change_user(request: HttpRequest, user_id: int, data: PersonChangeIn) -> Any:
    fields = data.dict(exclude={"customers"})
    customers = None if data.customers is None else tuple(map(TenantId, data.customers))
    change = PersonChange(**fields, customers=customers)
    return users.change_user(viewer_of_request(request), user_id, change)


@router.post("/{int:user_id}/password", response={204: None}, summary="Set a person's password")
def set_password(request: HttpRequest, user_id: int, data: PasswordIn) -> Any:
    users.set_password(viewer_of_request(request), user_id, data.password)
    return Status(204, None)


@router.post(
    "/{int:user_id}/reset-second-factor",
    response={204: None},
    summary="Let a person sign in without the second factor they lost",
)
def reset_second_factor(request: HttpRequest, user_id: int) -> Any:
    users.reset_second_factor(viewer_of_request(request), user_id)
    return Status(204, None)
