"""How people sign in: allauth's doors bent to our rules, and an audit line for each thing that
happens at them. The pages are allauth's, with templates of ours."""

from dataclasses import replace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from yunwei.base.core.errors import Refused
from yunwei.base.infra.secrets import SecretBox, open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people import queries
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import SYSTEM, Permission, Viewer

_LOCKED_S = 300
_OBVIOUS = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # whether a proxy's word counts is decided once, by the server that speaks to it
        return _address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        viewer = queries.viewer_of(request.user.pk or 0)
        sees_console = viewer is not None and Permission.SEE_MONITORING in viewer.permissions
        return reverse("overview" if sees_console else "portal")

    def add_message(  # noqa: PLR0917  allauth's own signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        # that one is in, or out, one sees
        if message_template not in _OBVIOUS:
            super().add_message(request, level, message_template, message_context, "good", message)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _record_lockout(request, _typed_name(credentials))
            raise


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps TOTP secrets and recovery seeds encrypted with the installation's key."""

    @cached_property
    def _box(self) -> SecretBox:
        return open_secret_box(load_settings())

    def encrypt(self, text: str) -> str:
        return self._box.seal({"text": text}).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return self._box.open(encrypted_text.encode("ascii"))["text"]


@receiver(user_logged_in)
def after_sign_in(sender: object, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    _record(request, user, "people.sign_in")
    # browsers that were closed leave sessions behind; whoever comes next sweeps them out
    SessionStore.clear_expired()


@receiver(user_logged_out)
def after_sign_out(
    sender: object, request: HttpRequest, user: AbstractBaseUser | None, **_: Any
) -> None:
    if user is not None:
        _record(request, user, "people.sign_out")


@receiver(user_login_failed)
def after_failed_sign_in(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    if request is not None:
        viewer = _somebody(request, _typed_name(credentials))
        record(None, viewer, "people.sign_in_failed", object_kind="user", object_name=viewer.name)


@receiver(password_changed)
def after_password_change(
    sender: object, request: HttpRequest, user: AbstractBaseUser, **_: Any
) -> None:
    _record(request, user, "people.change_password")


@receiver(authenticator_added)
def after_factor_added(
    sender: object, request: HttpRequest, user: AbstractBaseUser, authenticator: Any, **_: Any
) -> None:
    _record(request, user, "people.add_second_factor", detail=str(authenticator.type))


@receiver(authenticator_removed)
def after_factor_removed(
    sender: object, request: HttpRequest, user: AbstractBaseUser, authenticator: Any, **_: Any
) -> None:
    _record(request, user, "people.remove_second_factor", detail=str(authenticator.type))


@receiver(authenticator_reset)
def after_codes_renewed(
    sender: object, request: HttpRequest, user: AbstractBaseUser, **_: Any
) -> None:
    _record(request, user, "people.renew_recovery_codes")


@receiver(authentication_failed)
def after_wrong_code(
    sender: object, request: HttpRequest, user: AbstractBaseUser, **_: Any
) -> None:
    _record(request, user, "people.second_factor_failed")


def _record(request: HttpRequest, user: AbstractBaseUser, verb: str, *, detail: str = "") -> None:
    viewer = queries.viewer_of(user.pk, address=_address(request))
    if viewer is None:
        return
    record(
        None,
        viewer,
        verb,
        object_kind="user",
        object_id=user.pk,
        object_name=viewer.name,
        detail=detail,
    )


def _record_lockout(request: HttpRequest, name: str) -> None:
    """Write one line a lock-out, however often the locked door is tried."""
    viewer = _somebody(request, name)
    if cache.add(f"people.lock_out:{viewer.name}:{viewer.address}", 1, timeout=_LOCKED_S):
        record(None, viewer, "people.lock_out", object_kind="user", object_name=viewer.name)


def _somebody(request: HttpRequest, name: str) -> Viewer:
    """Return who tries to sign in, as far as the typed name tells."""
    try:
        return queries.viewer_by_name(name, address=_address(request))
    except Refused:
        # a name nobody has may be a password that was typed in the wrong field
        hint = f"{name[:2]}…" if name else ""
        return replace(SYSTEM, name=hint, address=_address(request), permissions=frozenset())


def _typed_name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104  a word for "unknown"
