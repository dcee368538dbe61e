"""What a profile may say by its kind, which one a desktop takes, and whose key is believed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SshProfileId, TenantId
from yunwei.operate.ssh.facts import HostTrust, Kind, Profile, ProfileDraft, SignIn
from yunwei.operate.ssh.rules import Chooser, check_draft, check_holds, is_believed

SSH = ProfileDraft(name="linux", user="ops", private_key="k")
WINRM = ProfileDraft(name="windows", user="CORP\\ops", kind=Kind.WINRM, password="p")


def profile(id: int, name: str, kind: Kind, condition: str = "") -> Profile:
    return Profile(
        id=SshProfileId(id),
        tenant=TenantId(1),
        tenant_name="A",
        name=name,
        user="ops",
        kind=kind,
        sign_in=SignIn.NEGOTIATE,
        condition=condition,
        port=22,
        trust=HostTrust.KNOWN,
        host_authority="",
        jump_host="",
        jump_port=22,
        jump_user="",
        jump_key="",
        connect_timeout_s=10,
        parallel=50,
        is_enabled=True,
        holds=(),
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
        changed_by="root",
    )


@pytest.mark.parametrize("field", ["jump_host", "private_key", "passphrase", "certificate"])
def test_winrm_takes_nothing_that_only_ssh_knows(field: str) -> None:
    assert check_draft(WINRM) == WINRM
    with pytest.raises(Invalid) as caught:
        check_draft(replace(WINRM, **{field: "x"}))
    assert caught.value.field == field
    known = replace(SSH, **{field: "x"}, jump_key="key")
    assert check_draft(known) == known


@pytest.mark.parametrize(
    ("kind", "held", "field"),
    [
        (Kind.WINRM, {"password": "p"}, ""),
        (Kind.WINRM, {"private_key": "k"}, "password"),
        (Kind.SSH, {"password": "p"}, ""),
        (Kind.SSH, {"private_key": "k"}, ""),
        (Kind.SSH, {}, "private_key"),
        (Kind.SSH, {"password": "p", "certificate": "c"}, "certificate"),
    ],
)
def test_a_profile_holds_what_its_kind_signs_in_with(
    kind: Kind, held: dict[str, str], field: str
) -> None:
    if not field:
        check_holds(kind, held)
        return
    with pytest.raises(Invalid) as caught:
        check_holds(kind, held)
    assert caught.value.field == field


def test_a_desktop_takes_the_first_profile_by_name_whatever_its_kind() -> None:
    windows = profile(1, "b", Kind.WINRM, 'operating_system.contains("Windows")')
    rest = profile(2, "c", Kind.SSH)
    off = replace(profile(3, "a", Kind.SSH), is_enabled=False)
    chooser = Chooser([rest, windows, off])
    assert chooser.choose({"operating_system": "Windows 11"}) == windows
    assert chooser.choose({"operating_system": "Ubuntu 24.04"}) == rest
    assert Chooser([off]).choose({"operating_system": "Windows 11"}) is None


@pytest.mark.parametrize(
    ("reason", "is_so"),
    [
        ("", True),
        ("ssh_login", True),
        ("winrm_login", True),
        ("winrm_no_shell", True),
        ("ssh_host_key_changed", False),
        ("winrm_certificate_unknown", False),
        ("winrm_certificate_changed", False),
        ("ssh_unreachable", None),
        ("winrm_unreachable", None),
    ],
)
def test_a_key_counts_once_its_machine_was_reached(reason: str, is_so: bool | None) -> None:
    assert is_believed(reason) is is_so
