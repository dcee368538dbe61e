"""What is typed of a connection profile, by its kind."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.forms import Form, FormField, chosen_word
from yunwei.faces.web.shared.words import Text, options
from yunwei.operate.ssh.facts import USUAL_PORTS, HostTrust, Kind, Profile, ProfileDraft, SignIn

_NUMBERS = ("port", "jump_port", "connect_timeout_s", "parallel")
_TEXTS = ("name", "user", "condition", "host_authority", "jump_host", "jump_user", "jump_key")


def profile_fields(kind: Kind, holds: Sequence[str]) -> tuple[FormField, ...]:
    """holds: names of the secrets that it has."""
    own = _winrm_fields(holds) if kind is Kind.WINRM else _ssh_fields(holds)
    return (*_common_fields(), *own, *_limit_fields())


def first_values(row: Profile) -> dict[str, str | Sequence[str]]:
    return {
        **{name: getattr(row, name) for name in _TEXTS},
        **{name: str(getattr(row, name)) for name in _NUMBERS},
        "sign_in": row.sign_in.value,
        "trust": row.trust.value,
        "is_enabled": "true" if row.is_enabled else "",
    }


def read_draft(sent: Form, kind: Kind) -> ProfileDraft:
    """Raises Invalid naming the field."""
    is_ssh = kind is Kind.SSH
    return ProfileDraft(
        name=sent.text("name"),
        user=sent.text("user"),
        kind=kind,
        sign_in=SignIn.NEGOTIATE if is_ssh else chosen_word(sent, "sign_in", SignIn),
        condition=sent.text("condition"),
        port=sent.number("port"),
        trust=chosen_word(sent, "trust", HostTrust),
        host_authority=sent.text("host_authority"),
        jump_host=sent.text("jump_host"),
        jump_port=sent.number("jump_port") if is_ssh else USUAL_PORTS[Kind.SSH],
        jump_user=sent.text("jump_user"),
        jump_key=sent.text("jump_key"),
        connect_timeout_s=sent.number("connect_timeout_s"),
        parallel=sent.number("parallel"),
        is_enabled=sent.is_on("is_enabled"),
        password=sent.text("password"),
        private_key=sent.text("private_key"),
        passphrase=sent.text("passphrase"),
        certificate=sent.text("certificate"),
        forgets=sent.several("forgets"),
    )


def _common_fields() -> tuple[FormField, ...]:
    return (
        FormField(key="name", label=_("Name")),
        FormField(
            key="condition",
            label=_("Which desktops"),
            kind="area",
            rows=2,
            is_required=False,
            help=_(
                'A condition as text, such as pool == "linux". Empty: all. Of several profiles '
                "that mean a desktop, the first by name is taken. Agents go before profiles."
            ),
        ),
    )


def _limit_fields() -> tuple[FormField, ...]:
    return (
        FormField(
            key="connect_timeout_s",
            label=_("A connection takes at most, in seconds"),
            kind="number",
            default="10",
            minimum=1,
            part=_("Limits"),
        ),
        _number("parallel", _("At most so many desktops at once"), 50),
        FormField(
            key="is_enabled",
            label=_("It is on"),
            kind="boolean",
            default="true",
            is_required=False,
        ),
    )


def _ssh_fields(holds: Sequence[str]) -> tuple[FormField, ...]:
    return (
        FormField(key="user", label=_("Account on the desktops")),
        _number("port", _("Port"), USUAL_PORTS[Kind.SSH]),
        *_secret_fields(holds),
        FormField(
            key="trust",
            label=_("Which host keys are trusted"),
            kind="choice",
            options=options("host_trust"),
            default=HostTrust.KNOWN.value,
            part=pgettext_lazy("ssh", "Host keys"),
        ),
        _key("host_authority", _("Authority for host keys"), _("Signs desktops' host keys.")),
        FormField(
            key="jump_host",
            label=_("Jump host"),
            is_required=False,
            part=_("Jump host"),
        ),
        _number("jump_port", _("Its port"), USUAL_PORTS[Kind.SSH]),
        FormField(
            key="jump_user",
            label=_("Account on the jump host"),
            is_required=False,
            help=_("Empty: the same. It signs in with the same key or password."),
        ),
        _key("jump_key", _("Its host key"), _("As a line of known_hosts has it.")),
    )


def _winrm_fields(holds: Sequence[str]) -> tuple[FormField, ...]:
    return (
        FormField(
            key="user",
            label=_("Account on the desktops"),
            help=_("A local one, or DOMAIN\\account."),
        ),
        FormField(
            key="port",
            label=_("Port"),
            kind="number",
            default=str(USUAL_PORTS[Kind.WINRM]),
            minimum=1,
            help=_("Where WinRM answers inside TLS; without TLS it is not talked to."),
        ),
        FormField(
            key="sign_in",
            label=_("How the password is used"),
            kind="choice",
            options=options("sign_in"),
            default=SignIn.NEGOTIATE.value,
            part=_("How it signs in"),
        ),
        _password(holds),
        FormField(
            key="trust",
            label=_("Which certificates are trusted"),
            kind="choice",
            options=options("certificate_trust"),
            default=HostTrust.KNOWN.value,
            part=_("Certificates"),
        ),
        _key(
            "host_authority",
            _("Authorities"),
            _(
                "Their certificates as PEM. What one of them signed is trusted where it says the "
                "desktop's name or its address."
            ),
        ),
    )


def _secret_fields(holds: Sequence[str]) -> tuple[FormField, ...]:
    fields = [
        FormField(
            key="private_key",
            label=_("Private key"),
            kind="area",
            rows=4,
            is_required=False,
            is_kept="private_key" in holds,
            part=_("How it signs in"),
            help=_("In the form of OpenSSH or PEM. It is encrypted, and never shown again."),
        ),
        FormField(
            key="passphrase",
            label=_("Passphrase"),
            kind="secret",
            is_required=False,
            is_kept="passphrase" in holds,
        ),
        FormField(
            key="certificate",
            label=pgettext_lazy("ssh", "Certificate"),
            kind="area",
            rows=3,
            is_required=False,
            is_kept="certificate" in holds,
            help=_("Where an authority signs the accounts' keys."),
        ),
        _password(holds),
    ]
    if holds:
        fields.append(
            FormField(
                key="forgets",
                label=_("Forget what is held"),
                kind="several",
                is_required=False,
                options=[each for each in options("ssh_secret") if each[0] in holds],
            )
        )
    return tuple(fields)


def _password(holds: Sequence[str]) -> FormField:
    return FormField(
        key="password",
        label=_("Password"),
        kind="secret",
        is_required=False,
        is_kept="password" in holds,
    )


def _number(key: str, label: Text, usual: int) -> FormField:
    return FormField(key=key, label=label, kind="number", default=str(usual), minimum=1)


def _key(key: str, label: Text, help_text: Text) -> FormField:
    return FormField(key=key, label=label, kind="area", rows=2, is_required=False, help=help_text)
