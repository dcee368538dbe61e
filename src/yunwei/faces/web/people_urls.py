"""The addresses about people: signing in, one's profile, people, tenants, the audit log."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import include, path

# Of allauth's pages only these: nobody signs up, and addresses are the administrator's.
_SIGN_IN = [
    path("sign-in", account.login, name="account_login"),
    path("sign-out", account.logout, name="account_logout"),
    path("inactive", account.account_inactive, name="account_inactive"),
    path("confirm", account.reauthenticate, name="account_reauthenticate"),
    path("password", account.password_change, name="account_change_password"),
    path("second-factor", factor.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm", factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/on", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/off", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "recovery-codes/download",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

urlpatterns = [
    path("account/", include(_SIGN_IN)),
    path("", include("yunwei.faces.web.profile")),
    path("", include("yunwei.faces.web.contacts")),
    path("", include("yunwei.faces.web.people")),
    path("", include("yunwei.faces.web.tenants")),
    path("", include("yunwei.faces.web.audit_log")),
]
