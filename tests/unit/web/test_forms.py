"""Forms: keep what was typed, show errors where they belong, never show a secret again."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.faces.web.shared.forms import (
    Form,
    FormField,
    access_manifest,
    manifest_fields,
    open_form,
    with_kept,
    write_instant,
)
from yunwei.monitor.collect.facts import INTERNAL_CONNECTOR
from yunwei.plugins.sdk.manifest import CONNECTORS, manifests

FIELDS = (
    FormField(key="name", label="Name"),
    FormField(key="settings.sk", label="Secret", kind="secret"),
    FormField(key="is_on", label="On", kind="boolean", default="true"),
    FormField(key="note", label="Note", is_required=False),
    FormField(key="until", label="Until", kind="instant", is_required=False),
)


def send(**typed: Any) -> Form:
    data = {"name": "n", "settings.sk": "hush", **typed}
    return open_form(RequestFactory().post("/", data), FIELDS)


def fail(error: Exception) -> Any:
    def act(_form: Form) -> None:
        raise error

    return act


def draw(form: Form) -> str:
    return "".join(
        render_to_string("shared/components/field.html", {"drawn": drawn}) for drawn in form.drawn
    )


def test_a_form_not_sent_shows_its_first_values_and_does_nothing() -> None:
    form = open_form(RequestFactory().get("/"), FIELDS, {"name": "first"})
    assert form.attempt(fail(AssertionError("acted"))) is None
    assert 'value="first"' in draw(form)
    assert form.is_on("is_on")


def test_what_was_typed_is_kept_and_the_error_stands_at_its_field() -> None:
    form = send(name="my name", note="my note")
    form.attempt(fail(Invalid("name", "another source has this name")))
    assert list(form.errors) == ["name"]
    drawn = draw(form)
    assert 'value="my name"' in drawn
    assert 'value="my note"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_a_plug_in_s_own_field_is_found_by_its_own_name() -> None:
    form = send()
    form.attempt(fail(Invalid("sk", "this is required")))
    assert list(form.errors) == ["settings.sk"]


def test_an_error_without_a_field_stands_above_the_form() -> None:
    form = send()
    form.attempt(fail(Invalid("elsewhere", "x")))
    assert form.error == "x"
    assert not form.take_error("nowhere")
    assert form.take_error("elsewhere") == "x"
    assert not form.error
    form.attempt(fail(Conflict("too late")))
    assert form.error == "too late"


def test_a_secret_is_never_shown_again() -> None:
    form = send(name="")
    form.attempt(lambda sent: sent)
    assert form.errors
    assert "hush" not in draw(form)


def test_what_is_required_is_asked_for_before_anything_is_done() -> None:
    form = send(name=" ")
    assert form.attempt(fail(AssertionError("acted"))) is None
    assert list(form.errors) == ["name"]


def test_a_box_that_is_not_ticked_is_false() -> None:
    assert not send().is_on("is_on")
    assert send(is_on="true").is_on("is_on")


def test_a_local_time_is_an_instant_of_the_viewer_s_zone() -> None:
    with timezone.override("Asia/Shanghai"):
        found = send(until="2026-11-23T14:30").instant("until")
        assert found is not None
        assert found.isoformat() == "2026-11-23T14:30:00+08:00"
        assert write_instant(found) == "2026-11-23T14:30"


@pytest.mark.parametrize("typed", ["tomorrow", "2026-13-01T00:00"])
def test_what_is_no_time_is_told_at_the_field(typed: str) -> None:
    with pytest.raises(Invalid) as raised:
        send(until=typed).instant("until")
    assert raised.value.field == "until"


@pytest.mark.parametrize("slug", sorted(manifests(CONNECTORS)))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_connector_has_a_form(slug: str, language: str) -> None:
    manifest = manifests(CONNECTORS)[slug]
    secrets = manifest.secrets
    fields = manifest_fields(manifest, language, kept=secrets)
    stored = {each.key: "kept" for each in manifest.field if each.key not in secrets}
    form = open_form(RequestFactory().get("/"), fields, with_kept(fields, stored))
    drawn = draw(form)
    assert all(str(field.label) in drawn for field in fields)
    made_by_the_platform = {each.key for each in manifest.field if each.is_generated}
    assert drawn.count('type="password"') == len(secrets - made_by_the_platform)
    assert form.settings.keys() == {each.key for each in manifest.field} - made_by_the_platform


def test_nobody_adds_what_the_platform_makes_for_itself() -> None:
    with pytest.raises(Refused):
        access_manifest(CONNECTORS, INTERNAL_CONNECTOR)
