"""What the pages for administrators list is what there is: settings, own alarms, metrics."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, read_page
from yunwei.base.infra.settings import Settings
from yunwei.monitor.collect.facts import SourceState
from yunwei.monitor.collect.receive_tally import RejectReason
from yunwei.monitor.inventory.rules.licences import Told
from yunwei.monitor.notify.facts.audit import Overdue
from yunwei.plugins.sdk.manifest import CONNECTORS, manifests
from yunwei.run.intake_words import DEAD_LETTER

START = "docs/operate/start.md"
WATCH = "docs/operate/watch.md"
SOURCES = "docs/operate/sources.md"


def first_cells(page: str, head: str) -> set[str]:
    """Return the `names` in the first column of the table whose heading begins with `head`."""
    table = read_page(page).partition(f"\n| {head} |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def sources_of(folder: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in (ROOT / folder).rglob("*.py"))


def test_every_setting_is_told() -> None:
    # the data folder has a chapter of its own
    assert first_cells(START, "setting") == {each.name for each in fields(Settings)} - {"data_dir"}


def test_own_alarms_are_told() -> None:
    said = sources_of("src/yunwei")
    named = set(re.findall(r'(?:code=|alarm_type=|_say\(\s*)"([a-z]+\.[a-z_]+)"', said))
    by_state = {f"source.{state}" for state in SourceState if state.is_trouble}
    by_reason = {f"intake.{reason}" for reason in RejectReason}
    by_licence = {told.value for told in Told}
    by_kind = {f"notify.overdue_{kind}" for kind in Overdue}
    by_enum = by_state | by_reason | by_kind | by_licence
    assert first_cells(WATCH, "type") == named | by_enum | {DEAD_LETTER}


@pytest.mark.parametrize("name", sorted(first_cells(WATCH, "metric")))
def test_metric_is_there(name: str) -> None:
    said = sources_of("src/yunwei")
    traps = {
        f"yunwei_traps_{each}" for each in re.findall(r'^ +\("(\w+)", counts\.', said, re.MULTILINE)
    }
    assert name in set(re.findall(r'"(yunwei_\w+)"', said)) | traps


def test_every_connector_page_is_linked() -> None:
    folder = "src/yunwei/plugins/connectors"
    linked = {
        Path(path).parent.name for path in re.findall(r"\((.*/doc\.md)\)", read_page(SOURCES))
    }
    shipped = {slug for slug in manifests(CONNECTORS) if (ROOT / folder / slug / "doc.md").exists()}
    assert linked == shipped


def test_settings_in_examples_are_fields_of_the_connector() -> None:
    manifest = manifests(CONNECTORS)["huawei_workspace"]
    page = read_page(SOURCES)
    plain = set(re.findall(r"--set (\w+)=", page))
    secrets = set(re.findall(r"--secret-stdin (\w+)", page))
    assert plain | secrets <= {field.key for field in manifest.field}
    assert secrets <= manifest.secrets
    needed = {field.key for field in manifest.field if field.is_required and not field.default}
    assert needed <= plain | secrets
