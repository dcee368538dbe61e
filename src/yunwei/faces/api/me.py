"""REST of who is asking: what they are called, what they may, how they like their pages."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yunwei.base.people.actions import users
from yunwei.base.people.facts import Language, Permission, PersonChange, Role, Theme, Viewer
from yunwei.faces.api.lists import Body
from yunwei.faces.api.security import viewer_of_request
from yunwei.faces.api.users import PersonOut

router = Router()


class MeOut(Schema):
    id: int
    username: str
    display_name: str
    role: Role
    tenant: int
    tenants: list[int] = Field(description="Tenants whose things one sees.")
    permissions: list[Permission]
    language: Language
    theme: Theme
    time_zone: str


class MeIn(Body):
    display_name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: Language | None = None
    theme: Theme | None = None
    time_zone: str | None = None


@router.get("", response=MeOut, summary="Get who is asking")
def get_me(request: HttpRequest) -> Any:
    return _describe(viewer_of_request(request))


@router.patch("", response=PersonOut, summary="Change one's own profile")
def change_me(request: HttpRequest, data: MeIn) -> Any:
    viewer = viewer_of_request(request)
    return users.change_user(viewer, viewer.user_id or 0, PersonChange(**data.dict()))


def _describe(viewer: Viewer) -> dict[str, Any]:
    return {
        "id": viewer.user_id,
        "username": viewer.name,
        "display_name": viewer.display_name,
        "role": viewer.role,
        "tenant": viewer.tenant,
        "tenants": list(viewer.tenants),
        "permissions": sorted(viewer.permissions),
        "language": viewer.language,
        "theme": viewer.theme,
        "time_zone": viewer.time_zone,
    }
