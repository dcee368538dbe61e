"""`yunwei user …` and `yunwei token …`."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.page import PageRequest
from yunwei.base.core.times import to_rfc3339
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people import queries
from yunwei.base.people.actions.tokens import create_token
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, Person, PersonDraft, Role, Tenant, Viewer
from yunwei.run.commands.stores import open_database


def create_person(
    data_dir: Path | None,
    *,
    name: str,
    role: str,
    tenant: str | None,
    display_name: str,
    email: str,
    password: str,
) -> dict[str, Any]:
    """Make a person who can sign in. Raises Invalid, naming what is wrong with which field."""
    with open_database(data_dir, needs_django=True):
        draft = PersonDraft(
            username=name,
            role=_parse_role(role),
            tenant=find_tenant(tenant).id,
            display_name=display_name,
            email=email,
        )
        return _told(create_user(SYSTEM, draft, password=password))


def list_people(data_dir: Path | None) -> list[dict[str, Any]]:
    with open_database(data_dir):
        found = queries.fetch_people(SYSTEM, {}, PageRequest(limit=1000, sort="username"))
        return [_told(person) for person in found.items]


def create_api_token(
    data_dir: Path | None, *, name: str, user: str | None, days: int | None
) -> dict[str, Any]:
    """Make a token; {"token", "user", "name", "expires_at"}. Raises Invalid.

    user: None is the person called `name`, else the first platform administrator.
    """
    with open_database(data_dir):
        viewer = _owner(name, user)
        expires_at = SystemClock().now() + timedelta(days=days) if days else None
        made, text = create_token(viewer, name=name, expires_at=expires_at)
        told = to_rfc3339(made.expires_at) if made.expires_at else None
        return {"token": text, "user": viewer.name, "name": made.name, "expires_at": told}


def find_tenant(slug: str | None) -> Tenant:
    """Return the tenant of that slug, the provider for None; raises Invalid."""
    if slug is None:
        return queries.system_provider()
    try:
        return queries.system_tenant(slug)
    except Refused as error:
        raise Invalid("tenant", f"there is no tenant {slug!r}") from error


def find_administrator() -> Viewer:
    """Return the first active platform administrator; raises Invalid."""
    asked = {"role": Role.PLATFORM_ADMINISTRATOR.value, "is_active": True}
    found = queries.fetch_people(SYSTEM, asked, PageRequest(limit=1, sort="created_at"))
    if not found.items:
        raise Invalid(
            "user",
            "there is no platform administrator yet; make one with"
            " `yunwei user create NAME --role platform-administrator`",
        )
    return queries.viewer_by_name(found.items[0].username)


def _owner(name: str, user: str | None) -> Viewer:
    try:
        return queries.viewer_by_name(user or name)
    except Refused as error:
        if user:
            raise Invalid("user", f"nobody signs in as {user!r}") from error
        return find_administrator()


def _parse_role(text: str) -> Role:
    try:
        return Role(text.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError as error:
        known = ", ".join(role.value.replace("_", "-") for role in Role)
        raise Invalid("role", f"there is no role {text!r}; roles are {known}") from error


def _told(person: Person) -> dict[str, Any]:
    wanted = ("id", "username", "display_name", "role", "tenant_name", "email", "is_active")
    told = asdict(person)
    return {key: told[key] for key in wanted}
