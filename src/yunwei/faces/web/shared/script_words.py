"""How scripts, their versions and what was found in them are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

SCRIPT_WORDS: Mapping[str, Mapping[str, Word]] = {
    "script_language": {
        "powershell": Word("PowerShell"),
        "batch": Word(pgettext_lazy("script language", "Batch")),
        "shell": Word("Shell"),
        "python": Word("Python"),
    },
    "version_state": {
        "draft": Word(_("Draft"), "idle"),
        "review": Word(_("To be approved"), "warning"),
        "approved": Word(_("Approved"), "good"),
        "returned": Word(_("Not approved"), "major"),
        "retired": Word(_("Retired"), "idle"),
    },
    "parameter_kind": {
        "text": Word(pgettext_lazy("parameter", "Text")),
        "number": Word(_("Number")),
        "choice": Word(_("Choice")),
        "date": Word(_("Date")),
        "secret": Word(_("Secret")),
        "desktop": Word(_("Desktop")),
    },
    "finding_level": {
        "note": Word(_("Note"), "idle"),
        "warning": Word(_("Warning"), "warning"),
        "danger": Word(_("Dangerous"), "critical"),
    },
    "finding": {
        "YW001": Word(_("this can not be read as a script of its language")),
        "YW002": Word(_("the checks do not know this form; read it with care")),
        "YW101": Word(_("deletes whole folders")),
        "YW102": Word(_("formats or overwrites a disk")),
        "YW103": Word(_("switches off or restarts")),
        "YW104": Word(_("runs a text as a program")),
        "YW105": Word(_("fetches something and runs it")),
        "YW106": Word(_("hides what it runs")),
        "YW107": Word(_("which command this is, is only known when it runs")),
        "YW108": Word(_("changes accounts, rights or the domain")),
        "YW109": Word(_("changes what protects the desktop")),
        "YW110": Word(_("changes the registry")),
        "YW111": Word(_("ends processes or stops services")),
        "YW112": Word(_("asks a person, and nobody is there to answer")),
        "YW113": Word(_("destroys restore points, logs or deleted files")),
    },
}
