"""Connection profiles and host keys as plain data. The host key of a desktop that is reached over
WinRM is its certificate. Secrets are only in drafts and in `Opened`."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from yunwei.base.core.ids import DesktopId, SshProfileId, TenantId


class Kind(StrEnum):
    """By what desktops are reached: ssh for Linux, winrm for Windows."""

    SSH = "ssh"
    WINRM = "winrm"


class SignIn(StrEnum):
    """How a password is used over WinRM. negotiate: it proves who one is and is not sent itself.
    basic: it is sent, inside TLS; for accounts of the machine where nothing else is switched on."""

    NEGOTIATE = "negotiate"
    BASIC = "basic"


class HostTrust(StrEnum):
    """known: only a host key that somebody accepted. first_use: also the first one that a desktop
    shows; another one later is refused all the same."""

    KNOWN = "known"
    FIRST_USE = "first_use"


class KeyState(StrEnum):
    """trusted. unknown: one was shown and none is accepted. changed: another was shown than the
    one that is accepted; nothing is run there until somebody has looked."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    CHANGED = "changed"


USUAL_PORTS = {Kind.SSH: 22, Kind.WINRM: 5986}
SECRETS = ("password", "private_key", "passphrase", "certificate")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDraft:
    """How desktops are reached, as a person types it. condition: which of the tenant's desktops, ""
    for all. host_authority: a key that signs host keys; over WinRM, certificates of authorities.
    jump_key: the jump host's own. parallel: at most so many at once. password … certificate: ""
    keeps what is held; `forgets` names those that are not to be held any more. WinRM has no use for
    a jump host, a private key and what belongs to it; SSH none for sign_in."""

    name: str
    user: str
    kind: Kind = Kind.SSH
    sign_in: SignIn = SignIn.NEGOTIATE
    condition: str = ""
    port: int = 22
    trust: HostTrust = HostTrust.KNOWN
    host_authority: str = ""
    jump_host: str = ""
    jump_port: int = 22
    jump_user: str = ""
    jump_key: str = ""
    connect_timeout_s: int = 10
    parallel: int = 50
    is_enabled: bool = True
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    forgets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """holds: names of the secrets that it has."""

    id: SshProfileId
    tenant: TenantId
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
    holds: tuple[str, ...]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A profile with its secrets, for who connects by it."""

    profile: Profile
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKey:
    """What is known of a desktop's host key. trusted_by: "" where it was taken at first use.
    offered: another one that it showed since, "" when it showed none."""

    desktop: DesktopId
    desktop_name: str
    tenant: TenantId
    tenant_name: str
    state: KeyState
    trusted: str
    trusted_fingerprint: str
    trusted_at: datetime | None
    trusted_by: str
    offered: str
    offered_fingerprint: str
    offered_at: datetime | None
    offered_address: str

    @property
    def is_certificate(self) -> bool:
        return (self.offered or self.trusted).startswith("x509 ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A desktop as it was met at an address: the key it showed, and whether that was believed."""

    desktop: DesktopId
    address: str
    key: str
    fingerprint: str
    is_believed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a try. reason: in a word, "" when it went well. told: what the desktop says it
    is."""

    desktop: DesktopId
    desktop_name: str
    address: str
    reason: str = ""
    said: str = ""
    fingerprint: str = ""
    told: str = ""
    took_s: float = 0.0
