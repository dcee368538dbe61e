"""Changes of connection profiles. What they hold is encrypted, and goes one way only."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SshProfileId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.infra.ssh.connection import Login, check_login, read_public_key
from yunwei.base.infra.winrm.meeting import read_authorities
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.ssh import queries, store
from yunwei.operate.ssh.facts import SECRETS, Kind, ProfileDraft
from yunwei.operate.ssh.rules import check_draft, check_holds, merge_secrets

PART = "ssh"
_MANAGE = Permission.MANAGE_SOURCES


def add_profile(
    viewer: Viewer, tenant: TenantId, draft: ProfileDraft, *, box: SecretBox, now: datetime
) -> SshProfileId:
    """Let desktops without agent be reached over SSH or WinRM. Raises Refused; Invalid naming the
    field."""
    require(viewer, _MANAGE, tenant)
    draft, held = _settle(draft, {})
    with transaction() as conn:
        made = store.add_profile(conn, tenant, draft, held, box=box, by=viewer.name, now=now)
        if made is None:
            raise Invalid("name", "this name is taken")
        _tell(conn, viewer, "ssh.add_profile", profile=made, draft=draft, tenant=tenant, held=held)
    return made


def change_profile(
    viewer: Viewer, profile: SshProfileId, draft: ProfileDraft, *, box: SecretBox, now: datetime
) -> None:
    """Change a profile; secrets not typed stay. Its kind stays what it is. Raises Refused; Invalid
    naming the field."""
    known = queries.access_profile(viewer, profile)
    require(viewer, _MANAGE, known.tenant)
    draft = replace(draft, kind=known.kind)
    with transaction() as conn:
        opened = store.open_profiles(conn, [profile], box)[profile]
        before = {name: text for name in SECRETS if (text := getattr(opened, name))}
        draft, held = _settle(draft, before)
        if store.name_is_taken(conn, known.tenant, draft.name, profile):
            raise Invalid("name", "this name is taken")
        store.change_profile(conn, profile, draft, held, box=box, by=viewer.name, now=now)
        _tell(
            conn,
            viewer,
            "ssh.change_profile",
            profile=profile,
            draft=draft,
            tenant=known.tenant,
            held=held,
        )


def remove_profile(viewer: Viewer, profile: SshProfileId, *, now: datetime) -> None:
    """Remove a profile and what it holds; what is run over it comes to its end. Raises Refused."""
    known = queries.access_profile(viewer, profile)
    require(viewer, _MANAGE, known.tenant)
    with transaction() as conn:
        store.remove_profile(conn, profile, now)
        draft = ProfileDraft(name=known.name, user=known.user, kind=known.kind)
        _tell(
            conn,
            viewer,
            "ssh.remove_profile",
            profile=profile,
            draft=draft,
            tenant=known.tenant,
            held={},
        )


def _settle(draft: ProfileDraft, before: Mapping[str, str]) -> tuple[ProfileDraft, dict[str, str]]:
    draft = check_draft(draft)
    held = merge_secrets(draft, before)
    check_holds(draft.kind, held)
    if draft.kind is Kind.WINRM:
        return _settle_winrm(draft), held
    check_login(Login(user=draft.user, **held))
    authority, jump_key = draft.host_authority.strip(), draft.jump_key.strip()
    if authority:
        authority = read_public_key(authority, field="host_authority")[0]
    if jump_key:
        jump_key = read_public_key(jump_key, field="jump_key")[0]
    return replace(draft, host_authority=authority, jump_key=jump_key), held


def _settle_winrm(draft: ProfileDraft) -> ProfileDraft:
    authority = draft.host_authority.strip()
    if authority:
        authority = read_authorities(authority, field="host_authority")
    return replace(draft, host_authority=authority, jump_user="", jump_key="")


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    *,
    profile: SshProfileId,
    draft: ProfileDraft,
    tenant: TenantId,
    held: Mapping[str, str],
) -> None:
    record(
        conn,
        viewer,
        verb,
        object_kind="ssh_profile",
        object_id=profile,
        object_name=draft.name,
        tenant=tenant,
        after={
            "kind": draft.kind.value,
            "user": draft.user,
            "condition": draft.condition,
            "port": draft.port,
            "trust": draft.trust.value,
            "jump_host": draft.jump_host,
            "is_enabled": draft.is_enabled,
            "holds": sorted(held),
        },
    )
    announce_live(PART, tenant)
