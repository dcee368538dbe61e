"""The pages of dead letters: what could not be understood, why, and what people do about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yunwei.base.core.errors import Invalid
from yunwei.base.core.page import Batch
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.faces.web.shared.cells import Column
from yunwei.faces.web.shared.choices import search_filter, source_options, word_filter
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import Form, FormField, open_form
from yunwei.faces.web.shared.letter_reasons import say_reason
from yunwei.faces.web.shared.lists import serve_list
from yunwei.faces.web.shared.page import CLOCK, action, done, form_page, page, render, way_back
from yunwei.faces.web.shared.tables import Filter, ListSpec
from yunwei.faces.web.shared.words import Text
from yunwei.monitor.collect import letter_content
from yunwei.monitor.collect.actions import dead_letters as actions
from yunwei.monitor.collect.facts import DeadLetter, DeadLetterRow, LetterKind, LetterState
from yunwei.monitor.collect.queries import dead_letters as queries

_SEE = (Permission.SEE_SOURCES, Permission.MANAGE_SOURCES)
_BEGINNING = 60


def _begin(row: DeadLetterRow) -> str:
    """The first characters, or the first bytes of what is no text."""
    try:
        # a character may be cut in two at the end
        text = row.beginning.decode() if row.size_bytes <= len(row.beginning) else ""
        text = text or row.beginning[:-3].decode()
    except UnicodeDecodeError:
        return row.beginning[:24].hex(" ")
    return " ".join(text.split())[:_BEGINNING]


LETTERS = ListSpec[DeadLetterRow](
    name="dead-letters",
    title=gettext_lazy("Dead letters"),
    columns=(
        Column(
            name="error",
            label=gettext_lazy("Why it was not understood"),
            value=lambda row: say_reason(row.error),
            note=_begin,
            link=lambda row: reverse("dead_letter", args=[row.id]),
            is_main=True,
        ),
        Column(
            name="source",
            label=gettext_lazy("Source"),
            value=lambda row: row.source_name,
            note=lambda row: row.address,
            sort="source",
            phone="label",
        ),
        Column(
            name="kind",
            label=gettext_lazy("Kind"),
            value=lambda row: row.kind,
            kind="word",
            words="letter_kind",
            phone="hide",
        ),
        Column(
            name="state",
            label=gettext_lazy("State"),
            value=lambda row: row.state,
            note=lambda row: row.note,
            kind="word",
            words="letter_state",
        ),
        Column(
            name="received_at",
            label=gettext_lazy("Received"),
            value=lambda row: row.received_at,
            kind="time",
            sort="received_at",
        ),
        Column(
            name="attempts",
            label=gettext_lazy("Replays"),
            value=lambda row: row.attempts,
            kind="number",
            sort="attempts",
            phone="hide",
        ),
        Column(
            name="size",
            label=gettext_lazy("Length"),
            value=lambda row: row.size_bytes,
            kind="bytes",
            is_default=False,
            phone="hide",
        ),
        Column(
            name="tenant",
            label=gettext_lazy("Tenant"),
            value=lambda row: row.tenant_name,
            is_default=False,
            phone="hide",
        ),
        Column(
            name="closed_by",
            label=gettext_lazy("Dealt with by"),
            value=lambda row: row.closed_by,
            is_default=False,
            phone="hide",
        ),
    ),
    filters=(
        search_filter(gettext_lazy("Reason, content, sender")),
        word_filter("state", gettext_lazy("State: all"), "letter_state"),
        word_filter("kind", gettext_lazy("Kind: all"), "letter_kind"),
        Filter(
            name="source",
            label=gettext_lazy("Source: all"),
            options=source_options,
            parse=int,
            kind="choice",
        ),
    ),
    fetch=queries.fetch_dead_letters,
    row_id=lambda row: row.id,
    default_sort="-received_at",
    refresh=("dead_letters",),
    empty_icon="circle-check",
    empty_title=gettext_lazy("No dead letters"),
    empty_text=gettext_lazy(
        "What a source sends and cannot be understood waits here, until somebody mends it."
    ),
)

type Operate = Callable[[Viewer, Form, datetime, Sequence[int]], Batch[int]]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing to do with letters. fields: what it must know; without any it is done at once."""

    label: Text
    title: Text
    operate: Operate
    fields: tuple[FormField, ...] = ()


ACTS: dict[str, Act] = {
    "replay": Act(
        label=gettext_lazy("Replay"),
        title=gettext_lazy("Replay"),
        operate=lambda viewer, _form, now, ids: actions.replay_letters(
            viewer, ids, append=actions.append_here, now=now
        ),
    ),
    "discard": Act(
        label=gettext_lazy("Discard"),
        title=gettext_lazy("Put away what nobody needs; it can be taken back"),
        fields=(FormField(key="reason", label=gettext_lazy("Reason"), kind="area"),),
        operate=lambda viewer, form, now, ids: actions.discard_letters(
            viewer, ids, reason=form.text("reason"), now=now
        ),
    ),
    "restore": Act(
        label=gettext_lazy("Take back"),
        title=gettext_lazy("Take back"),
        operate=lambda viewer, _form, _now, ids: actions.restore_letters(viewer, ids),
    ),
}


@page(*_SEE)
def list_letters(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """GET /dead-letters: all; the entry in the sidebar asks for those that wait"""
    may_act = may(viewer, Permission.MANAGE_SOURCES)
    return serve_list(
        request,
        viewer,
        LETTERS,
        "console/dead_letters/list.html",
        bulk_url=reverse("dead_letter_act"),
        **({"bulk": "console/dead_letters/_bulk.html"} if may_act else {}),
    )


@page(*_SEE)
def show_letter(request: HttpRequest, viewer: Viewer, letter: int) -> HttpResponseBase:
    """GET /dead-letters/N"""
    row = queries.access_dead_letter(viewer, letter)
    return _render_letter(request, row, open_form(request, _repair_fields(row)))


@form_page(Permission.MANAGE_SOURCES)
def repair_letter(request: HttpRequest, viewer: Viewer, letter: int) -> HttpResponseBase:
    """POST /dead-letters/N/repair with `data`; with `replay` it is replayed at once"""
    row = queries.access_dead_letter(viewer, letter)
    form = open_form(request, _repair_fields(row))

    def repair(sent: Form) -> bool:
        actions.repair_letter(viewer, letter, sent.text("data"))
        return True

    if not form.attempt(repair):
        return _render_letter(request, row, form, status=422 if form.is_sent else 200)
    if "replay" not in request.POST:
        return done(request, "dead_letter", _("Saved. Replay it when it is right."), letter=letter)
    batch = ACTS["replay"].operate(viewer, form, CLOCK.now(), [letter])
    text, tone = _say_batch(batch)
    return done(request, "dead_letter", text, tone=tone, letter=letter)


def _repair_fields(row: DeadLetter) -> tuple[FormField, ...]:
    text = letter_content.describe_content(row.kind, row.data).text
    return (FormField(key="data", label=gettext_lazy("JSON"), kind="area", default=text),)


def _render_letter(
    request: HttpRequest, row: DeadLetter, form: Form, *, status: int = 200
) -> HttpResponseBase:
    original = row.original
    return render(
        request,
        "console/dead_letters/detail.html",
        status=status,
        row=row,
        reason=say_reason(row.error),
        form=form,
        content=letter_content.describe_content(row.kind, row.data, address=row.address),
        original=None if original is None else letter_content.describe_content(row.kind, original),
        is_payload=row.kind is LetterKind.PAYLOAD,
        is_open=row.state is LetterState.OPEN,
        is_discarded=row.state is LetterState.DISCARDED,
        can_be_replayed=row.kind.can_be_replayed,
    )


@action(Permission.MANAGE_SOURCES)
def revert_letter(request: HttpRequest, viewer: Viewer, letter: int) -> HttpResponseBase:
    """POST /dead-letters/N/revert: it is again as it came"""
    actions.revert_letter(viewer, letter)
    return done(request, "dead_letter", _("It is again as it came."), letter=letter)


@page(*_SEE)
def download_letter(request: HttpRequest, viewer: Viewer, letter: int) -> HttpResponseBase:
    """GET /dead-letters/N/raw: its bytes as they came, as a file"""
    row = queries.access_dead_letter(viewer, letter)
    headers = {
        "Content-Disposition": f'attachment; filename="dead-letter-{row.id}.bin"',
        "Cache-Control": "private, no-store",
    }
    data = row.data if row.original is None else row.original
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


@action(Permission.MANAGE_SOURCES)
def act_on_letters(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /dead-letters/act: replay, discard or take back the chosen letters"""
    name = request.POST.get("act", "")
    act = ACTS.get(name)
    if act is None:
        raise Invalid("act", "this is not one of the choices")
    chosen = _read_chosen(request.POST.getlist("id"))
    form = open_form(request, act.fields)
    if act.fields and "is_confirmed" not in request.POST:
        # the list only chose; what has to be typed is still to come
        empty: dict[str, tuple[str, ...]] = {each.key: ("",) for each in act.fields}
        form = Form(fields=act.fields, values=empty, is_sent=False)
    batch = form.attempt(lambda sent: act.operate(viewer, sent, CLOCK.now(), chosen))
    back = way_back(request, "dead_letters")
    if batch is not None:
        text, tone = _say_batch(batch)
        return done(request, back, text, refresh=("dead_letters",), tone=tone)
    return render(
        request,
        "console/dead_letters/act.html",
        parts=("dialog-body",),
        status=422 if form.is_sent else 200,
        act=act,
        act_name=name,
        chosen=chosen,
        form=form,
        back=back,
    )


def _read_chosen(texts: Iterable[str]) -> list[int]:
    chosen = [int(text) for text in texts if text.isdecimal()]
    if not chosen:
        raise Invalid("id", "choose at least one letter")
    return chosen


def _say_batch(batch: Batch[int]) -> tuple[str, str]:
    count, failed = len(batch.done), len(batch.failed)
    said = ngettext("Done for %(count)s letter.", "Done for %(count)s letters.", count)
    if not failed:
        return said % {"count": count}, "good"
    why = say_error(batch.failed[0][1])
    if not count:
        return why, "critical"
    told = _("Not possible for %(failed)s: %(why)s") % {"failed": failed, "why": why}
    return f"{said % {'count': count}} {told}", "major"


urlpatterns = [
    path("dead-letters", list_letters, name="dead_letters"),
    path("dead-letters/act", act_on_letters, name="dead_letter_act"),
    path("dead-letters/<int:letter>", show_letter, name="dead_letter"),
    path("dead-letters/<int:letter>/repair", repair_letter, name="dead_letter_repair"),
    path("dead-letters/<int:letter>/revert", revert_letter, name="dead_letter_revert"),
    path("dead-letters/<int:letter>/raw", download_letter, name="dead_letter_raw"),
]
