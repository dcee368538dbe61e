"""MIB files are uploaded, their traps mapped with a preview; what is wrong is said at its field."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.alarms import build_raw
from tests.support.mibs import MIB, VOLUME, VOLUME_FULL
from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.collect.queries import trap_families as families

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def upload(cloud: Cloud, *files: tuple[str, str]) -> Any:
    sent = [SimpleUploadedFile(name, text.encode()) for name, text in files]
    return sign_in("root").post(
        "/trap-definitions/import", {"files": sent, "tenant": str(cloud.tenant)}
    )


def trap_page(cloud: Cloud) -> str:
    upload(cloud, ("acme.mib", MIB))
    (row,) = families.fetch_trap_families(cloud.people["root"]).items
    return f"/trap-definitions/{row.id}/traps/0"


def typed(client: Any, address: str) -> dict[str, str]:
    """The fields of the form as they stand."""
    form = client.get(address).context["form"]
    return {drawn.field.key: drawn.value for drawn in form.drawn}


def test_a_file_brings_its_traps_and_a_fault_is_told_beside(cloud: Cloud) -> None:
    page = Page(upload(cloud, ("acme.mib", MIB), ("bad.mib", "no mib")))
    assert (page.count("family"), page.count("fault")) == (1, 1)
    assert Page(sign_in("olga").get("/trap-definitions")).count("row") == 1


def test_a_file_that_brings_nothing_says_so(cloud: Cloud) -> None:
    answer = upload(cloud)
    assert answer.status_code == 422
    assert families.fetch_trap_families(cloud.people["root"]).total == 0


def test_a_trap_is_shown_as_it_would_be_before_it_is_saved(cloud: Cloud) -> None:
    address = trap_page(cloud)
    raw = build_raw(tenant=cloud.tenant, source=cloud.source, alarm_type=f"unmapped.{VOLUME_FULL}")
    raw.raw.update({"trap_oid": VOLUME_FULL, "address": "192.0.2.9", f"{VOLUME}.0": "vol1"})
    with transaction() as conn:
        alarm_actions.apply_raw_alarms(conn, [raw], now=cloud.now)
    client = sign_in("root")
    wanted = typed(client, address) | {"managed_object": "/volume/{acmeVolume}"}
    page = client.post(address, wanted | {"preview": "1"}).content.decode()
    assert "/volume/vol1" in page
    assert typed(client, address)["managed_object"] == "/device/{address}"
    assert client.post(address, wanted).status_code == 303
    assert typed(client, address)["managed_object"].startswith("/volume/")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"severity_values": "1 = awful", "severity_variable": "acmeSeverity"}, "severity_values"),
        ({"clear_variable": "acmeVolume", "clear_values": ""}, "clear_values"),
        ({"name_zh": ""}, "name_zh"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(
    cloud: Cloud, wrong: dict[str, str], field: str
) -> None:
    address = trap_page(cloud)
    client = sign_in("root")
    answer = client.post(address, typed(client, address) | {"name_en": "Full"} | wrong)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert form.text("name_en") == "Full"


def test_who_may_not_manage_sources_looks_only(cloud: Cloud) -> None:
    address = trap_page(cloud)
    client = sign_in("olga")
    page = Page(client.get(address))
    assert (page.count("trap-form"), page.count("save")) == (1, 0)
    assert client.post(address, typed(client, address)).status_code == 404


def test_definitions_are_exported_and_imported_elsewhere(cloud: Cloud) -> None:
    address = trap_page(cloud).rpartition("/traps")[0]
    client = sign_in("root")
    exported = client.get(f"{address}/export").content.decode()
    client.post(f"{address}/remove")
    upload(cloud, ("acme.json", exported))
    (row,) = families.fetch_trap_families(cloud.people["root"]).items
    assert (row.name, row.traps) == ("ACME-STORAGE-MIB", 2)
