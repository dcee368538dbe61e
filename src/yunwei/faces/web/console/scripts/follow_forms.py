"""What runs after a run: how it is said, its fields in the form of a start. Starts nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.scripts.automation_forms import runnable_scripts
from yunwei.faces.web.console.scripts.outcomes import ended_options, read_query, read_states
from yunwei.faces.web.console.scripts.run_forms import VALUE, read_follows, value_field
from yunwei.faces.web.shared.forms import Drawn, Form, FormField, none_option
from yunwei.faces.web.shared.words import Text, word
from yunwei.operate.runs.facts.runs import (
    USUAL_WAIT_MINUTES,
    Follows,
    FollowUpDraft,
    Outcome,
    TargetState,
)
from yunwei.operate.runs.rules.following import MOST_FOLLOW_UPS, check_outcome, read_exit_codes
from yunwei.operate.scripts.facts.library import Version
from yunwei.operate.scripts.queries import library

THEN = "then."
"""Before the place of a script that follows, and the name of its field."""
_DROP = "drop."
_PLACES = range(1, MOST_FOLLOW_UPS + 1)


def write_follows(follows: Follows) -> str:
    return msgspec.json.encode(follows).decode()


def asked_follows(request: HttpRequest) -> Follows | None:
    """Return which run is followed: as the form has it, else as its address; raises Refused."""
    try:
        if request.method == "POST":
            follows = read_follows(request.POST.get("follows", ""))
            return follows and replace(follows, outcome=check_outcome(follows.outcome))
        asked = request.GET.get("follow", "")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
            return None
        outcome = check_outcome(read_query(request.GET))
        return Follows(run=RunId(int(asked)), outcome=outcome)
    except Invalid as error:
        raise Refused() from error


def asks_how(request: HttpRequest) -> bool:
    """Say whether a form was sent only to see what follows, or to take one of it out."""
    act = request.POST.get("act", "")
    return act == "then" or act.startswith(_DROP)


def close_gaps(request: HttpRequest) -> None:
    """Let what was typed move up to where a script was taken out, or to where none is chosen."""
    sent, act = request.POST, request.POST.get("act", "")
    dropped = act.removeprefix(_DROP) if act.startswith(_DROP) else ""
    chosen = [each for each in _PLACES if sent.get(f"{THEN}{each}.script") and str(each) != dropped]
    moved = sent.copy()
    for key in [key for key in sent if key.startswith(THEN)]:
        del moved[key]
    for place, before in enumerate(chosen, start=1):
        head = f"{THEN}{before}."
        for key in [key for key in sent if key.startswith(head)]:
            moved.setlist(f"{THEN}{place}.{key.removeprefix(head)}", sent.getlist(key))
    request.POST = moved  # type: ignore[assignment]


type Found = Mapping[int, Version]
"""By place: the version of each script that was chosen to follow."""


def then_fields(
    viewer: Viewer, request: HttpRequest, first: Mapping[str, Any] | None = None
) -> tuple[tuple[FormField, ...], Found]:
    """Return the fields of what is to follow: of each script that was chosen, and a choice of one
    more. first: values of a form that was not sent yet."""
    if request.method == "POST":
        close_gaps(request)
    typed: Mapping[str, Any] = request.POST if request.method == "POST" else first or {}
    fields: list[FormField] = []
    found: dict[int, Version] = {}
    scripts = [none_option(), *runnable_scripts(viewer)]
    for place in _PLACES:
        version = _chosen(viewer, typed.get(f"{THEN}{place}.script", ""), scripts)
        fields.append(_script_field(place, scripts))
        if version is None:
            break
        found[place] = version
        fields.extend(_fields_of(place, version, _kept(request, first or {}, place)))
    return tuple(fields), found


def _chosen(viewer: Viewer, typed: str, scripts: Sequence[tuple[str, Text]]) -> Version | None:
    if not typed or typed not in {value for value, _text in scripts}:
        return None
    return library.access_script(viewer, ScriptId(int(typed))).approved


def _kept(request: HttpRequest, first: Mapping[str, Any], place: int) -> Sequence[str]:
    key = f"{THEN}{place}.kept"
    found = request.POST.getlist(key) if request.method == "POST" else first.get(key, ())
    return [str(each) for each in found]


def _script_field(place: int, scripts: Sequence[tuple[str, Text]]) -> FormField:
    return FormField(
        key=f"{THEN}{place}.script",
        label=_("Script to run then") if place == 1 else _("And after that one"),
        kind="choice",
        options=scripts,
        is_required=False,
    )


def _fields_of(place: int, version: Version, kept: Sequence[str]) -> tuple[FormField, ...]:
    head = f"{THEN}{place}."
    return (
        FormField(key=f"{head}shown", label="", kind="hidden", is_required=False),
        FormField(key=f"{head}sha256", label="", kind="hidden", is_required=False),
        FormField(
            key=f"{head}states",
            label=_("On those desktops that ended as"),
            kind="several",
            options=ended_options(),
            default=TargetState.FAILED.value,
            is_required=False,
        ),
        FormField(
            key=f"{head}exit_codes",
            label=_("Only with these exit codes"),
            is_required=False,
            help=_("Such as 1, 3-5. Empty: whatever they are."),
        ),
        *(
            FormField(
                key=f"{head}kept",
                label=_("And only those"),
                kind="several",
                options=[(each, _say_kept(each)) for each in kept],
                is_required=False,
            )
            for _once in kept[:1]
        ),
        FormField(
            key=f"{head}within_minutes",
            label=_("Deadline, in minutes after it was started"),
            kind="number",
            default=str(USUAL_WAIT_MINUTES),
            minimum=1,
        ),
        *(
            replace(value_field(each), key=f"{head}{VALUE}{each.name}")
            for each in version.content.parameters
        ),
    )


def _say_kept(condition: str) -> str:
    name, _is, value = condition.partition("=")
    if name == "reason":
        return str(word("target_reason", value).label)
    if not value:
        return gettext("that printed nothing")
    return gettext("that printed what has the digest %(digest)s") % {"digest": value[:12]}


def _write_kept(outcome: Outcome) -> list[str]:
    """Return the conditions of an outcome that have no field: what REST said stays said."""
    given = (("digest", outcome.digest), ("reason", outcome.reason))
    return [f"{name}={value}" for name, value in given if value is not None]


def first_then(drafts: Sequence[FollowUpDraft]) -> dict[str, str | Sequence[str]]:
    """Return what follows as a form shows it."""
    first: dict[str, str | Sequence[str]] = {}
    for place, each in enumerate(drafts, start=1):
        head = f"{THEN}{place}."
        first |= {
            f"{head}script": str(each.script),
            f"{head}shown": str(each.script),
            f"{head}sha256": each.sha256,
            f"{head}states": [state.value for state in each.outcome.states],
            f"{head}exit_codes": ", ".join(map(str, each.outcome.exit_codes)),
            f"{head}within_minutes": str(each.within_minutes),
            f"{head}kept": _write_kept(each.outcome),
            **{f"{head}{VALUE}{name}": text for name, text in each.values.items()},
        }
    return first


def fill_then(form: Form, found: Found) -> None:
    """Give the fields of a script that was only just chosen their first values; how a desktop has
    to have ended stays as it was said for another script before."""
    for place, version in found.items():
        head = f"{THEN}{place}."
        script, shown = form.text(f"{head}script"), form.text(f"{head}shown")
        if shown == script:
            continue
        new = f"{head}{VALUE}" if shown else head
        for each in form.fields:
            if each.key.startswith(new) and each.key != f"{head}script":
                form.values[each.key] = (each.default,) if each.default else ()
        form.values[f"{head}shown"] = (script,)
        form.values[f"{head}sha256"] = (version.sha256,)


def read_then(sent: Form, found: Found, request: HttpRequest) -> tuple[FollowUpDraft, ...]:
    """Return what is to follow; raises Invalid naming the field."""
    return tuple(_read_one(sent, place, version, request) for place, version in found.items())


def _read_one(sent: Form, place: int, version: Version, request: HttpRequest) -> FollowUpDraft:
    head = f"{THEN}{place}."
    script = sent.text(f"{head}script")
    if request.POST.get(f"{head}shown", "") != script:
        raise Invalid(f"{head}script", "look at what follows first, and start again")
    try:
        codes = read_exit_codes(sent.text(f"{head}exit_codes"))
    except Invalid as error:
        raise Invalid(f"{head}exit_codes", error.why) from error
    states = read_states(sent.several(f"{head}states"), f"{head}states")
    kept = dict(each.split("=", 1) for each in sent.several(f"{head}kept") if "=" in each)
    return FollowUpDraft(
        script=ScriptId(int(script)),
        outcome=Outcome(
            states=states,
            exit_codes=codes,
            digest=kept.get("digest"),
            reason=kept.get("reason"),
        ),
        values={
            each.name: next(iter(sent.several(f"{head}{VALUE}{each.name}")), "")
            for each in version.content.parameters
        },
        sha256=sent.text(f"{head}sha256"),
        within_minutes=sent.number(f"{head}within_minutes"),
    )


def field_of(error: Invalid, form: Form) -> str:
    """Return the field of the form that an error is about: a parameter's has more to its name."""
    for head in ("", *(f"{THEN}{place}." for place in _PLACES)):
        key = f"{head}{VALUE}{error.field.removeprefix(head)}"
        if error.field.startswith(head) and key in form.by_key:
            return key
    return error.field


def draw_then(form: Form) -> list[list[Drawn]]:
    """Return the fields of what is to follow, script by script."""
    drawn = [each for each in form.drawn if each.field.key.startswith(THEN)]
    places = sorted({each.field.key.split(".")[1] for each in drawn})
    return [[each for each in drawn if each.field.key.split(".")[1] == place] for place in places]
