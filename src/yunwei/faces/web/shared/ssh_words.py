"""How the closed sets of connections over SSH and WinRM are said."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

SSH_REASONS: Mapping[str, Word] = {
    "ssh_unreachable": Word(_("it does not answer over SSH")),
    "ssh_login": Word(_("it does not let the profile's account sign in")),
    "ssh_host_key": Word(_("its host key is not signed by the trusted authority")),
    "ssh_host_key_unknown": Word(_("its host key is not known; a person has to accept it")),
    "ssh_host_key_changed": Word(_("it shows another host key than the one that is trusted")),
    "ssh_jump_host": Word(_("the jump host is not reached, or is another one")),
    "ssh_no_session": Word(_("it lets the account sign in, but start nothing")),
    "ssh_lost": Word(_("the connection was lost while it ran")),
    "ssh_worker": Word(_("the platform's process that ran it went down")),
    "ssh_profile": Word(_("its connection profile is switched off or gone")),
    "ssh_no_address": Word(_("nothing is known of its address")),
    "winrm_unreachable": Word(_("it does not answer over WinRM")),
    "winrm_login": Word(_("it does not let the profile's account sign in")),
    "winrm_certificate_unknown": Word(_("its certificate is not known; a person has to accept it")),
    "winrm_certificate_changed": Word(
        _("it shows another certificate than the one that is trusted")
    ),
    "winrm_no_shell": Word(_("it lets the account sign in, but gives it no shell")),
    "no_setsid": Word(_("the command setsid is missing on it")),
    "no_place": Word(_("it has no room for temporary files")),
    "no_python": Word(_("it has no Python")),
    "no_powershell": Word(_("it has no PowerShell")),
    "no_batch": Word(_("it does not run Batch scripts")),
    "no_shell": Word(_("it does not run Shell scripts")),
    "cut_short": Word(_("the script did not arrive whole")),
}

SSH_WORDS: Mapping[str, Mapping[str, Word]] = {
    "ssh_reason": SSH_REASONS,
    "host_trust": {
        "known": Word(_("Only host keys that a person accepted")),
        "first_use": Word(_("Also the first key that a desktop shows")),
    },
    "certificate_trust": {
        "known": Word(_("Only certificates that a person accepted")),
        "first_use": Word(_("Also the first certificate that a desktop shows")),
    },
    "profile_kind": {
        "ssh": Word(_("SSH"), "idle", "terminal-2"),
        "winrm": Word(_("WinRM"), "idle", "device-desktop"),
    },
    "sign_in": {
        "negotiate": Word(_("Negotiate (NTLM): it is not sent itself")),
        "basic": Word(_("Basic: it is sent, inside TLS")),
    },
    "host_key_state": {
        "trusted": Word(pgettext_lazy("host key", "Trusted"), "good", "shield-check"),
        "unknown": Word(pgettext_lazy("host key", "Not known yet"), "warning", "key"),
        "changed": Word(
            pgettext_lazy("host key", "Another than before"), "critical", "alert-octagon"
        ),
    },
    "profile_state": {
        "on": Word(pgettext_lazy("profile", "On"), "good", "circle-check"),
        "off": Word(pgettext_lazy("profile", "Off"), "idle", "player-pause"),
    },
    "ssh_secret": {
        "password": Word(_("Password")),
        "private_key": Word(_("Private key")),
        "passphrase": Word(_("Passphrase")),
        "certificate": Word(pgettext_lazy("ssh", "Certificate")),
    },
}
