"""The form that starts a run: the script's parameters, which desktops, how; looked at first."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Conflict, Invalid, YunweiError
from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.console.channels import secret_box
from yunwei.faces.web.console.scripts.follow_forms import (
    asked_follows,
    asks_how,
    draw_then,
    field_of,
    fill_then,
    read_then,
    then_fields,
    write_follows,
)
from yunwei.faces.web.console.scripts.library import describe
from yunwei.faces.web.console.scripts.outcomes import say_outcome
from yunwei.faces.web.console.scripts.run_forms import (
    VALUE,
    guard_fields,
    how_fields,
    read_choice,
    read_plan,
    read_values,
    rule_fields,
    value_field,
    who_fields,
)
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.forms import (
    Form,
    FormField,
    open_form,
    write_instant,
)
from yunwei.faces.web.shared.page import CLOCK, done, form_page, render
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.starting import access_runnable, needs_of, start_run
from yunwei.operate.runs.facts.clouds import ScriptNeeds
from yunwei.operate.runs.facts.runs import Chosen, Follows, FollowUpDraft, Run, RunDraft
from yunwei.operate.runs.rules.choosing import read_names
from yunwei.operate.runs.rules.plan import needs_approval
from yunwei.operate.scripts.facts.library import Version

_USUAL_WAIT = timedelta(hours=8)
_LARGEST_FILE = 5_000_000


@form_page(Permission.RUN_SCRIPTS)
def start(request: HttpRequest, viewer: Viewer, script: int) -> HttpResponseBase:
    """GET, POST /scripts/N/run[?desktop=N][?retry=RUN][?follow=RUN&state=…]; POST with act=preview
    or act=then|drop.PLACE starts nothing"""
    try:
        whole, version = access_runnable(viewer, ScriptId(script))
    except Conflict as error:
        return done(request, "script", say_error(error), tone="critical", script=script)
    retried, follows = _retried(request, viewer), asked_follows(request)
    followed = queries.access_run(viewer, follows.run) if follows is not None else None
    then, later = then_fields(viewer, request)
    fields = _fields(viewer, version, followed)
    form = open_form(request, (*fields, *then), _first(request, viewer, retried, follows))
    fill_then(form, later)
    _take_file(request, form)
    chosen: Chosen | None = None
    act = request.POST.get("act")
    if act == "preview":
        chosen = _preview(viewer, form, needs_of(whole.row.script.language, version))
    elif form.is_sent and not asks_how(request):
        made = form.attempt(
            lambda sent: _start(
                viewer, ScriptId(script), version, sent, read_then(sent, later, request)
            )
        )
        if made is not None:
            return done(request, "run", _("The run has been started."), run=made)
    is_wrong = form.is_sent and bool(form.error or form.errors)
    return render(
        request,
        "console/runs/start.html",
        parts=("preview", "then"),
        status=422 if is_wrong and not getattr(request, "htmx", None) else 200,
        whole=whole,
        script=whole.row.script,
        version=version,
        description=describe(whole.row.script),
        form=form,
        chosen=chosen,
        retried=retried,
        followed=followed,
        followed_count=len([each for each in form.text("desktops").split(",") if each]),
        outcome_said=follows and say_outcome(follows.outcome),
        then=draw_then(form),
        asks=chosen and _asks(version, chosen),
        targets_error=form.take_error("targets"),
        values=[each for each in form.drawn if each.field.key.startswith(VALUE)],
        **{
            name: [form.by_key[key] for key in keys if key in form.by_key]
            for name, keys in _PARTS.items()
        },
    )


_PARTS = {
    "hidden": ("key", "sha256", "retry_of", "follows", "desktops"),
    "who": ("tenant", "names", "file", "pools", "condition"),
    "how": ("canary", "batch", "pause_s", "parallel", "stop_at"),
    "guard": ("watch_minutes", "watch_worse", "watch_blind"),
    "rules": ("offline", "deadline_at", "skips_maintenance", "skips_active", "note"),
}


def _fields(viewer: Viewer, version: Version, followed: Run | None) -> tuple[FormField, ...]:
    return (
        FormField(key="key", label="", kind="hidden", default=secrets.token_urlsafe(16)),
        FormField(key="sha256", label="", kind="hidden", default=version.sha256, is_required=False),
        FormField(key="retry_of", label="", kind="hidden", is_required=False),
        FormField(key="follows", label="", kind="hidden", is_required=False),
        FormField(key="desktops", label="", kind="hidden", is_required=False),
        *map(value_field, version.content.parameters),
        *_who(viewer, followed),
        *how_fields(),
        *guard_fields(),
        *rule_fields(),
        FormField(
            key="deadline_at",
            label=_("Deadline: nothing is begun after it"),
            kind="instant",
            default=write_instant(CLOCK.now() + _USUAL_WAIT),
        ),
        FormField(key="note", label=_("What it is for"), is_required=False),
    )


def _who(viewer: Viewer, followed: Run | None) -> tuple[FormField, ...]:
    """What follows a run is on desktops of that run: there is nothing to say about it."""
    if followed is None:
        return who_fields(viewer)
    return (FormField(key="tenant", label="", kind="hidden", default=str(followed.tenant)),)


def _retried(request: HttpRequest, viewer: Viewer) -> Run | None:
    asked = request.POST.get("retry_of") or request.GET.get("retry") or ""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return queries.access_run(viewer, RunId(int(asked)))


def _first(
    request: HttpRequest, viewer: Viewer, retried: Run | None, follows: Follows | None
) -> dict[str, str | Sequence[str]]:
    first: dict[str, str | Sequence[str]] = {"desktops": ",".join(request.GET.getlist("desktop"))}
    if follows is not None and request.method == "GET":
        # frozen here: what ends later in a run that goes on is not among them
        found = queries.followed_desktops(viewer, follows)
        first |= {"follows": write_follows(follows), "desktops": ",".join(map(str, found))}
    if retried is not None:
        first |= {"retry_of": str(retried.id), "tenant": str(retried.tenant)}
        first |= {f"{VALUE}{name}": text for name, text in retried.parameters.items()}
        plan = retried.plan
        first |= {"canary": plan.canary, "batch": plan.batch, "stop_at": plan.stop_at}
        first |= {"parallel": str(plan.parallel), "pause_s": str(plan.pause_s)}
        first |= {"watch_minutes": str(plan.watch_minutes), "watch_worse": str(plan.watch_worse)}
        first |= {"watch_blind": plan.watch_blind.value}
        first |= {"note": retried.note, "offline": plan.offline.value}
    return first


def _take_file(request: HttpRequest, form: Form) -> None:
    """Put the names of a file beneath those that were typed, so that they are not lost."""
    sent = request.FILES.get("file")
    if sent is None:
        return
    try:
        if (sent.size or 0) > _LARGEST_FILE:
            raise Invalid("file", "this is no list of names")
        names = read_names(sent.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        form.refuse(Invalid("file", "the file is not UTF-8 text"))
    except Invalid as error:
        form.refuse(error)
    else:
        form.values["names"] = ("\n".join((*read_names(form.text("names")), *names)),)


def _preview(viewer: Viewer, form: Form, needs: ScriptNeeds) -> Chosen | None:
    try:
        tenant = TenantId(form.number("tenant"))
        return queries.preview_targets(
            viewer, tenant, read_choice(form), needs=needs, now=CLOCK.now()
        )
    except Invalid as error:
        form.refuse(error)
    except YunweiError as error:
        form.error = say_error(error)
    return None


def _asks(version: Version, chosen: Chosen) -> str:
    total = len(chosen.candidates)
    return needs_approval(is_dangerous=version.is_dangerous, total=total)


def _start(
    viewer: Viewer,
    script: ScriptId,
    version: Version,
    sent: Form,
    then: tuple[FollowUpDraft, ...],
) -> RunId | None:
    if sent.errors:  # of the file
        return None
    draft = RunDraft(
        key=sent.text("key"),
        tenant=TenantId(sent.number("tenant")),
        script=script,
        choice=read_choice(sent),
        plan=read_plan(sent),
        deadline_at=sent.needed_instant("deadline_at"),
        values=read_values(sent, version),
        sha256=sent.text("sha256"),
        note=sent.text("note"),
        then=then,
    )
    try:
        return start_run(viewer, draft, box=secret_box(), now=CLOCK.now())
    except Invalid as error:
        raise Invalid(field_of(error, sent), error.why) from error


urlpatterns = [path("scripts/<int:script>/run", start, name="run_start")]
