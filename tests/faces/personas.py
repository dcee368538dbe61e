"""Who may pass which door: one line for every page and every REST operation.

A new address without a line here fails the test, and so does a line without its address. `who`
lists the personas of tests/support/people.py that are let in; all others who are signed in must
get just what they would get if the thing were not there (404), and nobody is sent to sign in
(pages: 302, REST: 401).

`at` fills the address from the world: things of customer A, made by the builders at the end.
A part with things of its own adds a builder to BUILDERS and its lines to PAGES and REST.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.people import PASSWORD, PEOPLE, Standing
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries
from yunwei.base.people.actions.tokens import create_token

EVERYBODY = " ".join(PEOPLE)
ANYBODY = f"{EVERYBODY} nobody"
MONITORS = "root olga mia audrey kai"
"""Who sees monitoring of customer A. Chen sees monitoring too, but not A's."""
MONITORS_ANY = f"{MONITORS} chen"
PEOPLE_SEERS = "root mia audrey kai"

type World = dict[str, int | str]
type Data = Mapping[str, Any] | Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Door:
    """who: let in. ok: what they get. refused: what others get who are signed in. nobody: what
    nobody gets (None: what is usual). data: sent as a form (pages) or JSON (REST)."""

    who: str
    ok: int = 200
    refused: int = 404
    nobody: int | None = None
    method: str = "get"
    at: Mapping[str, str] = field(default_factory=dict)
    data: Data | None = None
    query: str = ""

    def expected(self, persona: str, *, usual_for_nobody: int) -> int:
        if persona in self.who.split():
            return self.ok
        if persona == "nobody":
            return usual_for_nobody if self.nobody is None else self.nobody
        return self.refused


def door(who: str, ok: int = 200, **details: Any) -> Door:
    return Door(who=who, ok=ok, **details)


PAGES: dict[str, Door] = {
    # signing in
    "account_login": door("nobody", refused=302),
    "account_logout": door(EVERYBODY, nobody=302),
    "account_inactive": door(ANYBODY),
    "account_reauthenticate": door(EVERYBODY),
    "account_change_password": door(EVERYBODY),
    "mfa_authenticate": door(ANYBODY, 302),
    "mfa_reauthenticate": door(ANYBODY, 302),  # to the password: nobody has a second factor here
    "mfa_activate_totp": door(ANYBODY, 302),  # first one's password, once more
    "mfa_deactivate_totp": door(""),
    "mfa_view_recovery_codes": door(""),
    "mfa_generate_recovery_codes": door(ANYBODY, 302),
    "mfa_download_recovery_codes": door(""),
    # oneself
    "profile": door(EVERYBODY),
    "mfa_index": door(EVERYBODY, 302),
    "new_token": door("root olga mia audrey kai chen", 201, method="post", data={"name": "t"}),
    "revoke_token": door("root kai", 303, method="post", at={"token_id": "token"}),
    # people
    "people": door(PEOPLE_SEERS),
    "new_person": door("root"),
    "person": door(PEOPLE_SEERS, at={"user_id": "kai"}),
    "set_person_password": door(
        "root", 303, method="post", at={"user_id": "kai"}, data={"password": f"{PASSWORD}!"}
    ),
    "switch_person": door(
        "root", 303, method="post", at={"user_id": "kai"}, data={"is_active": "false"}
    ),
    "reset_person_factor": door("root", 303, method="post", at={"user_id": "kai"}),
    "tenants": door("root"),
    "new_tenant": door("root"),
    "tenant": door("root", at={"tenant_id": "a"}),
    "audit": door("root audrey"),
    "audit_entry": door("root audrey", at={"entry_id": "audit_entry"}),
    # REST's own pages
    "api_docs": door(ANYBODY),
    "api:openapi-json": door(ANYBODY),
    "api:api-root": door("", refused=404, nobody=404),
}

REST: dict[str, Door] = {
    "GET /api/v1/me": door(EVERYBODY),
    "PATCH /api/v1/me": door(EVERYBODY, data={"language": "en"}),
    "GET /api/v1/tokens": door("root olga mia audrey kai chen"),
    "POST /api/v1/tokens": door("root olga mia audrey kai chen", 201, data={"name": "t"}),
    "POST /api/v1/tokens/{token_id}/revoke": door("root kai", at={"token_id": "token"}),
    "GET /api/v1/users": door(PEOPLE_SEERS),
    "POST /api/v1/users": door(
        "root",
        201,
        data=lambda world: {
            "username": "new",
            "password": PASSWORD,
            "role": "auditor",
            "tenant": world["a"],
        },
    ),
    "GET /api/v1/users/{user_id}": door(PEOPLE_SEERS, at={"user_id": "kai"}),
    # kai may change what is kai's own
    "PATCH /api/v1/users/{user_id}": door(
        "root kai", at={"user_id": "kai"}, data={"display_name": "Kai Kai"}
    ),
    "POST /api/v1/users/{user_id}/password": door(
        "root", 204, at={"user_id": "kai"}, data={"password": f"{PASSWORD}!"}
    ),
    "POST /api/v1/users/{user_id}/reset-second-factor": door("root", 204, at={"user_id": "kai"}),
    "GET /api/v1/tenants": door("root olga mia audrey kai chen"),
    "POST /api/v1/tenants": door("root", 201, data={"slug": "c", "name": "C"}),
    "GET /api/v1/tenants/{tenant_id}": door(MONITORS, at={"tenant_id": "a"}),
    "PATCH /api/v1/tenants/{tenant_id}": door("root", at={"tenant_id": "a"}, data={"name": "AA"}),
    "GET /api/v1/audit": door("root audrey"),
}


def _people(world: World, standing: Standing) -> None:
    world |= {"a": standing.a.id, "b": standing.b.id, "provider": standing.provider.id}
    world |= {name: standing[name].user_id or 0 for name in PEOPLE}


def _token(world: World, standing: Standing) -> None:
    token, _text = create_token(standing["kai"], name="of kai")
    world["token"] = token.id


def _audit_entry(world: World, standing: Standing) -> None:
    newest = queries.fetch_audit(
        standing["root"], {"verb": "people.create_token"}, PageRequest(limit=1)
    )
    world["audit_entry"] = newest.items[0].id


BUILDERS: list[Callable[[World, Standing], None]] = [_people, _token, _audit_entry]
