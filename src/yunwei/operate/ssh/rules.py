"""What a profile may say, and which profile a desktop is reached by. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from yunwei.base.core.condition import compile_condition
from yunwei.base.core.errors import Invalid
from yunwei.monitor.inventory.rules.conditions import DESKTOP_FIELDS, read_condition
from yunwei.operate.ssh.facts import SECRETS, Kind, Profile, ProfileDraft

LANGUAGES: Mapping[Kind, frozenset[str]] = {
    Kind.SSH: frozenset({"shell", "python", "powershell"}),
    Kind.WINRM: frozenset({"powershell", "batch"}),
}
"""What is run by which kind; whether the desktop has what it takes, it says itself."""
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_USER = re.compile(r"[A-Za-z0-9._@\\-]{1,100}")
_LONGEST_NAME = 100
_LONGEST_SECRET = 20_000
_MOST_PARALLEL = 1000
_LONGEST_TIMEOUT_S = 60


def check_draft(draft: ProfileDraft) -> ProfileDraft:
    """Return a draft in its one form; raises Invalid naming the field."""
    draft = replace(
        draft,
        name=draft.name.strip(),
        user=draft.user.strip(),
        condition=draft.condition.strip(),
        jump_host=draft.jump_host.strip(),
        jump_user=draft.jump_user.strip(),
    )
    if not 1 <= len(draft.name) <= _LONGEST_NAME:
        raise Invalid("name", "between 1 and 100 characters")
    if not _USER.fullmatch(draft.user):
        raise Invalid("user", "the name of an account on the desktops")
    if draft.condition:
        read_condition(draft.condition)
    _check_numbers(draft)
    if draft.kind is Kind.WINRM:
        _check_winrm(draft)
    _check_jump(draft)
    for name in SECRETS:
        if len(getattr(draft, name)) > _LONGEST_SECRET:
            raise Invalid(name, "at most 20,000 characters")
    return draft


def _check_numbers(draft: ProfileDraft) -> None:
    for name in ("port", "jump_port"):
        if not 1 <= getattr(draft, name) <= 65535:
            raise Invalid(name, "between 1 and 65,535")
    if not 1 <= draft.connect_timeout_s <= _LONGEST_TIMEOUT_S:
        raise Invalid("connect_timeout_s", "between 1 and 60 seconds")
    if not 1 <= draft.parallel <= _MOST_PARALLEL:
        raise Invalid("parallel", "between 1 and 1,000")


def _check_winrm(draft: ProfileDraft) -> None:
    for name in ("jump_host", "private_key", "passphrase", "certificate"):
        if getattr(draft, name):
            raise Invalid(name, "WinRM takes a password, and goes to the desktop itself")


def _check_jump(draft: ProfileDraft) -> None:
    if not draft.jump_host:
        return
    if not _HOST.fullmatch(draft.jump_host):
        raise Invalid("jump_host", "a name or an address")
    if draft.jump_user and not _USER.fullmatch(draft.jump_user):
        raise Invalid("jump_user", "the name of an account on the desktops")
    if not draft.jump_key.strip():
        raise Invalid("jump_key", "the jump host's own key: it is never taken unseen")


def check_holds(kind: Kind, held: Mapping[str, str]) -> None:
    """Raise Invalid when a profile could not sign in anywhere."""
    if kind is Kind.WINRM and not held.get("password"):
        raise Invalid("password", "a password is needed")
    if not held.get("password") and not held.get("private_key"):
        raise Invalid("private_key", "a key or a password is needed")
    if held.get("certificate") and not held.get("private_key"):
        raise Invalid("certificate", "a certificate is of use with its private key only")


def merge_secrets(draft: ProfileDraft, held: Mapping[str, str]) -> dict[str, str]:
    """Return what a profile holds from now on."""
    kept = {name: text for name, text in held.items() if name not in draft.forgets}
    typed = {name: getattr(draft, name) for name in SECRETS if getattr(draft, name)}
    if typed.get("private_key"):
        # another key has another passphrase and another certificate
        for name in ("passphrase", "certificate"):
            kept.pop(name, None)
        typed["private_key"] = typed["private_key"].replace("\r\n", "\n").strip() + "\n"
    return kept | typed


_SEEN = frozenset({"", "ssh_login", "ssh_no_session", "winrm_login", "winrm_no_shell"})
"""What happens only after a host has proved that its key is its own."""


def is_believed(reason: str) -> bool | None:
    """Say of the key that a desktop showed whether it was believed; None where nothing came of it.
    reason: why the desktop was not reached."""
    if reason.startswith(("ssh_host_key", "winrm_certificate")):
        return False
    return True if reason in _SEEN else None


class Chooser:
    """Which of a tenant's profiles a desktop is reached by: the first, by name, that means it,
    whatever is to be run there. So a desktop has one way, and shows one key."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        ordered = sorted(
            (each for each in profiles if each.is_enabled), key=lambda each: (each.name, each.id)
        )
        self._matches = tuple((each, _compile(each.condition)) for each in ordered)

    def __bool__(self) -> bool:
        return bool(self._matches)

    def choose(self, row: Mapping[str, Any]) -> Profile | None:
        """row: what is known of a desktop, by the fields of desktops."""
        for profile, matches in self._matches:
            if matches is None or matches(row):
                return profile
        return None


def _compile(condition: str) -> Any:
    if not condition:
        return None
    return compile_condition(read_condition(condition), fields=DESKTOP_FIELDS)
