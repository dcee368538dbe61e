"""REST of connections over SSH and WinRM: profiles, tries, host keys. Secrets go in only."""

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.ids import DesktopId, SshProfileId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.operate.ssh import queries
from yunwei.operate.ssh.actions import host_keys, profiles
from yunwei.operate.ssh.actions.trying import try_profile
from yunwei.operate.ssh.facts import (
    USUAL_PORTS,
    HostTrust,
    KeyState,
    Kind,
    ProfileDraft,
    SignIn,
)

router = Router()
keys = Router()
_clock = SystemClock()


class SshProfileIn(Body):
    """Secrets that are not named stay what they are."""

    name: str
    user: str = Field(description="The account on the desktops.")
    condition: str = Field("", description="Which desktops; empty: all of the tenant's.")
    port: int | None = Field(None, description="Absent: 22 for SSH, 5986 for WinRM.")
    sign_in: SignIn = Field(SignIn.NEGOTIATE, description="Over WinRM only.")
    trust: HostTrust = HostTrust.KNOWN
    host_authority: str = Field(
        "", description="A public key that signs host keys; over WinRM, certificates as PEM."
    )
    jump_host: str = ""
    jump_port: int = 22
    jump_user: str = ""
    jump_key: str = Field("", description="The jump host's own public key.")
    connect_timeout_s: int = 10
    parallel: int = 50
    is_enabled: bool = True
    password: str = ""
    private_key: str = ""
    passphrase: str = ""
    certificate: str = ""
    forgets: list[str] = Field(default_factory=list, description="Secrets to forget, by name.")


class NewSshProfileIn(SshProfileIn):
    tenant: int | None = Field(None, description="Whose desktops; absent: one's own.")
    kind: Kind = Field(Kind.SSH, description="It stays what it is.")


class SshProfileOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    name: str
    user: str
    kind: Kind
    sign_in: SignIn
    condition: str
    port: int
    trust: HostTrust
    host_authority: str
    jump_host: str
    jump_port: int
    jump_user: str
    jump_key: str
    connect_timeout_s: int
    parallel: int
    is_enabled: bool
    holds: list[str] = Field(description="Names of the secrets that it has.")
    changed_at: datetime
    changed_by: str


class SshTryIn(Body):
    desktop: str = Field(description="Its name.")


class SshTriedOut(Schema):
    desktop: int
    desktop_name: str
    address: str
    reason: str = Field(description="Why it was not reached; empty when it was.")
    said: str
    fingerprint: str
    told: str = Field(description="What the desktop says it is.")
    took_s: float


class HostKeyOut(Schema):
    desktop: int
    desktop_name: str
    tenant: int
    tenant_name: str
    state: KeyState
    trusted: str
    trusted_fingerprint: str
    trusted_at: datetime | None
    trusted_by: str = Field(description="Empty: taken at first use.")
    offered: str = Field(description="Another key that it showed; empty when it showed none.")
    offered_fingerprint: str
    offered_at: datetime | None
    offered_address: str


class HostKeyIn(Body):
    desktop: str = Field(description="Its name.")
    key: str = Field(description="Its public host key; over WinRM, its certificate as PEM.")
    tenant: int | None = None


class HostKeyAcceptIn(Body):
    fingerprint: str = Field(description="Of the key that was looked at.")


class SshProfileQuery(ListQuery):
    tenant: int | None = None
    is_enabled: bool | None = None
    kind: Kind | None = None
    search: str | None = None


class HostKeyQuery(ListQuery):
    tenant: int | None = None
    state: KeyState | None = None
    search: str | None = None


@router.get("", response=Listed[SshProfileOut], summary="List connection profiles")
def list_profiles(request: HttpRequest, query: Query[SshProfileQuery]) -> Any:
    return answer_list(request, query, queries.fetch_profiles)


@router.post("", response={201: SshProfileOut}, summary="Add a connection profile")
def add_profile(request: HttpRequest, data: NewSshProfileIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if data.tenant is None else data.tenant)
    made = profiles.add_profile(
        viewer, tenant, _draft(data, data.kind), box=_box(), now=_clock.now()
    )
    return Status(201, queries.access_profile(viewer, made))


@router.get("/{int:profile_id}", response=SshProfileOut, summary="Get a connection profile")
def get_profile(request: HttpRequest, profile_id: int) -> Any:
    return queries.access_profile(viewer_of_request(request), SshProfileId(profile_id))


@router.put("/{int:profile_id}", response=SshProfileOut, summary="Change a connection profile")
def change_profile(request: HttpRequest, profile_id: int, data: SshProfileIn) -> Any:
    viewer, profile = viewer_of_request(request), SshProfileId(profile_id)
    draft = _draft(data, queries.access_profile(viewer, profile).kind)
    profiles.change_profile(viewer, profile, draft, box=_box(), now=_clock.now())
    return queries.access_profile(viewer, profile)


@router.delete("/{int:profile_id}", response={204: None}, summary="Remove a connection profile")
def remove_profile(request: HttpRequest, profile_id: int) -> Any:
    viewer = viewer_of_request(request)
    profiles.remove_profile(viewer, SshProfileId(profile_id), now=_clock.now())
    return Status(204, None)


@router.post(
    "/{int:profile_id}/try", response=SshTriedOut, summary="Try a connection profile on a desktop"
)
def try_one(request: HttpRequest, profile_id: int, data: SshTryIn) -> Any:
    """The customer has to allow scripts on that desktop now. Answers 200 also when it was not
    reached; `reason` says why."""
    viewer, profile = viewer_of_request(request), SshProfileId(profile_id)
    tried = async_to_sync(try_profile)
    return tried(viewer, profile, data.desktop, box=_box(), now=_clock.now())


@keys.get("", response=Listed[HostKeyOut], summary="List host keys of desktops")
def list_host_keys(request: HttpRequest, query: Query[HostKeyQuery]) -> Any:
    return answer_list(request, query, queries.fetch_host_keys)


@keys.put("", response=HostKeyOut, summary="Trust a desktop's host key that is known already")
def set_host_key(request: HttpRequest, data: HostKeyIn) -> Any:
    viewer = viewer_of_request(request)
    tenant = TenantId(viewer.tenant if data.tenant is None else data.tenant)
    return host_keys.set_key(viewer, tenant, data.desktop, data.key, now=_clock.now())


@keys.get("/{int:desktop_id}", response=HostKeyOut, summary="Get what is known of a host key")
def get_host_key(request: HttpRequest, desktop_id: int) -> Any:
    return queries.access_host_key(viewer_of_request(request), DesktopId(desktop_id))


@keys.post(
    "/{int:desktop_id}/accept", response=HostKeyOut, summary="Trust the key that a desktop showed"
)
def accept_host_key(request: HttpRequest, desktop_id: int, data: HostKeyAcceptIn) -> Any:
    """409 when the desktop has shown another one meanwhile."""
    viewer, desktop = viewer_of_request(request), DesktopId(desktop_id)
    host_keys.accept_key(viewer, desktop, data.fingerprint, now=_clock.now())
    return queries.access_host_key(viewer, desktop)


@keys.post(
    "/{int:desktop_id}/decline",
    response={204: None},
    summary="Do not trust the key that a desktop showed",
)
def decline_host_key(request: HttpRequest, desktop_id: int) -> Any:
    host_keys.decline_key(viewer_of_request(request), DesktopId(desktop_id))
    return Status(204, None)


@keys.delete(
    "/{int:desktop_id}", response={204: None}, summary="Forget what is known of a host key"
)
def forget_host_key(request: HttpRequest, desktop_id: int) -> Any:
    host_keys.forget_key(viewer_of_request(request), DesktopId(desktop_id))
    return Status(204, None)


def _draft(data: SshProfileIn, kind: Kind) -> ProfileDraft:
    given = data.dict(exclude={"tenant", "forgets", "kind", "port"})
    port = USUAL_PORTS[kind] if data.port is None else data.port
    return ProfileDraft(**given, kind=kind, port=port, forgets=tuple(data.forgets))


def _box() -> SecretBox:
    return open_secret_box(load_settings())
