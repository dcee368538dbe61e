"""Puts the files of reports into the letters that tell of them, when these are sent."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from yunwei.base.core.errors import Conflict, Refused
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.monitor.notify.jobs import Enclosed
from yunwei.plugins.sdk.contract import Attachment
from yunwei.run.django_process import set_up_django

if TYPE_CHECKING:
    from yunwei.operate.reports.letters import Enclosure
    from yunwei.operate.reports.render.formats import FileKind

_KEPT = 6
"""A report goes to many people at once: its files are printed once for all of them."""


class ReportLetters:
    """Of the process that sends messages. Prints a file when the first letter needs it; what it
    takes to print is loaded with the first one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_set_up = False
        self._files: OrderedDict[tuple[int, FileKind], Attachment] = OrderedDict()

    def find_enclosure(self, message: DueMessage) -> Enclosed:
        """Return the files of the report that a message tells of, or why they are not with it."""
        with self._lock:
            if not self._is_set_up:
                set_up_django()
                self._is_set_up = True
            return self._enclose(message)

    def _enclose(self, message: DueMessage) -> Enclosed:
        from django.utils import translation
        from django.utils.translation import gettext as _

        from yunwei.operate.reports.letters import read_enclosure

        wanted = read_enclosure(message.data["enclosure"])
        with translation.override(message.language or "zh-hans"):
            try:
                files = tuple(self._file(wanted.report, kind) for kind in wanted.files)
            except (Refused, Conflict):
                return Enclosed(note=_("The report is not there any more."))
            if _fits(files, wanted):
                return Enclosed(files=files)
            if not message.link:
                return Enclosed(
                    note=_("The report is too large for a mail: ask its sender for it.")
                )
            return Enclosed(note=_("The report is too large for a mail: take it from its page."))

    def _file(self, report: int, kind: "FileKind") -> Attachment:
        from yunwei.operate.reports.queries import system_file

        key = (report, kind)
        if key not in self._files:
            made = system_file(report, kind)
            self._files[key] = Attachment(
                name=made.name, content_type=made.content_type, data=made.data
            )
        self._files.move_to_end(key)
        while len(self._files) > _KEPT:
            self._files.popitem(last=False)
        return self._files[key]


def _fits(files: tuple[Attachment, ...], wanted: "Enclosure") -> bool:
    return sum(len(each.data) for each in files) <= wanted.most_bytes
