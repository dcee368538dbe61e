"""Sources as people add, change and see them. Secrets go in and never come out."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.integration.collect.conftest import Site
from tests.integration.collect.support import rows
from tests.support.alarms import build_viewer
from yunwei.base.core.errors import Conflict, Invalid, Misconfigured, Refused
from yunwei.base.core.ids import SourceId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Permission, Viewer
from yunwei.monitor.collect.actions import probes
from yunwei.monitor.collect.actions import sources as actions
from yunwei.monitor.collect.actions.heard import system_note_heard
from yunwei.monitor.collect.facts import Heard, SourceDraft, SourceEdit, SourceRow, SourceState
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.contract import ProbeResult

SETTINGS = {"project_id": "p1", "region": "cn-north-4", "ak": "AK1", "sk": "very-secret-key"}


def draft(site: Site, **changed: object) -> SourceDraft:
    made = SourceDraft(
        tenant=site.customer, connector="huawei_workspace", name="Cloud", settings=SETTINGS
    )
    return replace(made, **changed)  # type: ignore[arg-type]


@pytest.fixture
def source(site: Site) -> SourceRow:
    return actions.add_source(site.viewer, draft(site))


def viewer_without(viewer: Viewer, permission: Permission) -> Viewer:
    return replace(viewer, permissions=viewer.permissions - {permission})


def test_an_added_source_is_new_and_enabled(site: Site, source: SourceRow) -> None:
    assert (source.name, source.connector, source.tenant) == ("Cloud", "huawei_workspace", 2)
    assert (source.state, source.is_enabled, source.is_internal) == (SourceState.NEW, True, False)
    assert source.tenant_name == "North"
    assert queries.access_source(site.viewer, source.id) == source


def test_a_secret_is_set_but_never_shown(site: Site, source: SourceRow) -> None:
    assert source.secrets_set == ("sk",)
    assert "sk" not in source.settings
    stored = rows("SELECT * FROM collect_source") + rows("SELECT * FROM people_auditentry")
    assert "very-secret-key" not in str(stored)
    assert "very-secret-key" not in repr(queries.system_source(source.id))
    assert queries.system_source(source.id).settings["sk"] == "very-secret-key"


def test_adding_is_in_the_audit_log(site: Site, source: SourceRow) -> None:
    entry = rows("SELECT * FROM people_auditentry WHERE verb = 'collect.add_source'")[0]
    assert (entry["object_name"], entry["tenant_id"]) == ("Cloud", site.customer)
    assert entry["after"]["settings"]["project_id"] == "p1"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "cLOUD"}, "name"),
        ({"connector": "no_such"}, "connector"),
        ({"connector": "yunwei"}, "connector"),
        ({"settings": {}}, "project_id"),
        ({"settings": SETTINGS | {"endpoint": "ftp://x"}}, "endpoint"),
        ({"settings": SETTINGS | {"colour": "red"}}, "colour"),
        ({"history_days": 401}, "history_days"),
        ({"history_days": -1}, "history_days"),
    ],
)
def test_a_wrong_field_is_named(
    site: Site, source: SourceRow, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_source(site.viewer, draft(site, **{"name": "Other"} | changed))
    assert refused.value.field == field


def test_the_same_name_is_free_in_another_tenant(site: Site, source: SourceRow) -> None:
    other = actions.add_source(site.viewer, draft(site, tenant=site.provider))
    assert other.name == source.name


def test_only_who_may_manage_sources_adds_one(site: Site) -> None:
    with pytest.raises(Refused):
        actions.add_source(viewer_without(site.viewer, Permission.MANAGE_SOURCES), draft(site))
    with pytest.raises(Refused):
        actions.add_source(site.stranger, draft(site))


@pytest.mark.parametrize(
    "act",
    [
        actions.enable_source,
        actions.disable_source,
        actions.remove_source,
        lambda viewer, source: actions.change_source(
            viewer, source, SourceEdit(name="x", settings=SETTINGS)
        ),
        queries.access_source,
        queries.fetch_source_changes,
    ],
)
def test_a_strangers_source_looks_like_none(site: Site, source: SourceRow, act: object) -> None:
    for viewer, wanted in ((site.stranger, source.id), (site.viewer, SourceId(999))):
        with pytest.raises(Refused):
            act(viewer, wanted)  # type: ignore[operator]


def test_an_empty_secret_stays_as_it_is(site: Site, source: SourceRow) -> None:
    edit = SourceEdit(name="New", settings=SETTINGS | {"sk": "", "ak": "AK2"}, history_days=3)
    changed = actions.change_source(site.viewer, source.id, edit)
    assert (changed.name, changed.settings["ak"], changed.history_days) == ("New", "AK2", 3)
    assert queries.system_source(source.id).settings["sk"] == "very-secret-key"


def test_a_typed_secret_replaces_the_old_one(site: Site, source: SourceRow) -> None:
    edit = SourceEdit(name="Cloud", settings=SETTINGS | {"sk": "another"})
    actions.change_source(site.viewer, source.id, edit)
    assert queries.system_source(source.id).settings["sk"] == "another"
    entry = rows("SELECT after FROM people_auditentry WHERE verb = 'collect.change_source'")[0]
    assert entry["after"]["changed_keys"] == ["sk"]


def test_a_forgotten_secret_is_gone(site: Site) -> None:
    settings = SETTINGS | {"security_token": "temporary"}
    added = actions.add_source(site.viewer, draft(site, settings=settings))
    edit = SourceEdit(name="Cloud", settings=SETTINGS | {"sk": ""}, forgotten=("security_token",))
    assert actions.change_source(site.viewer, added.id, edit).secrets_set == ("sk",)
    required = SourceEdit(name="Cloud", settings=SETTINGS | {"sk": ""}, forgotten=("sk",))
    with pytest.raises(Invalid):
        actions.change_source(site.viewer, added.id, required)


def test_a_source_can_not_take_anothers_name(site: Site, source: SourceRow) -> None:
    other = actions.add_source(site.viewer, draft(site, name="Other"))
    with pytest.raises(Invalid) as refused:
        actions.change_source(site.viewer, other.id, SourceEdit(name="cloud", settings=SETTINGS))
    assert refused.value.field == "name"


def test_a_disabled_source_is_not_read(site: Site, source: SourceRow) -> None:
    disabled = actions.disable_source(site.viewer, source.id)
    assert (disabled.state, disabled.is_enabled) == (SourceState.DISABLED, False)
    assert queries.system_sources() == ()
    with pytest.raises(Conflict):
        actions.disable_source(site.viewer, source.id)
    enabled = actions.enable_source(site.viewer, source.id)
    assert enabled.state is SourceState.NEW
    assert [each.id for each in queries.system_sources()] == [source.id]


def test_a_removed_source_is_gone_with_its_secrets(site: Site, source: SourceRow) -> None:
    actions.remove_source(site.viewer, source.id)
    with pytest.raises(Refused):
        queries.access_source(site.viewer, source.id)
    assert rows("SELECT secrets, secrets_set FROM collect_source") == [
        {"secrets": b"", "secrets_set": []}
    ]
    assert queries.system_source_names()[source.id] == "Cloud"
    assert actions.add_source(site.viewer, draft(site)).name == "Cloud"


def test_who_may_not_see_sources_gets_no_settings(site: Site, source: SourceRow) -> None:
    contact = viewer_without(site.viewer, Permission.SEE_SOURCES)
    seen = queries.access_source(contact, source.id)
    assert (seen.settings, seen.secrets_set) == ({}, ())


def test_lists_show_only_what_is_the_viewers(site: Site, source: SourceRow) -> None:
    actions.add_source(site.viewer, draft(site, name="Beta", tenant=site.provider))
    found = queries.fetch_sources(site.viewer, page=PageRequest(sort="-name"))
    assert [each.name for each in found.items] == ["Cloud", "Beta"]
    assert queries.fetch_sources(site.stranger).items == ()
    assert queries.fetch_sources(site.viewer, filters={"search": "bet"}).total == 1
    assert queries.fetch_sources(site.viewer, filters={"state": "new"}).total == 2
    assert queries.count_sources_by_state(site.viewer)[SourceState.NEW] == 2


def test_the_platform_makes_its_own_sources_once(site: Site) -> None:
    actions.bootstrap()
    actions.bootstrap()
    with transaction() as conn:
        internal = queries.system_internal_source(conn)
    assert (internal.connector, internal.tenant) == ("yunwei", site.provider)
    (traps,) = queries.system_trap_sources()
    assert (traps.communities, traps.networks) == (("public",), ())
    assert "public" not in repr(traps)
    assert rows("SELECT count(*) AS count FROM collect_source") == [{"count": 2}]


def test_a_removed_door_for_traps_does_not_come_back(site: Site) -> None:
    actions.bootstrap()
    (traps,) = queries.system_trap_sources()
    actions.remove_source(site.viewer, traps.source)
    actions.bootstrap()
    assert queries.system_trap_sources() == ()


def test_the_internal_source_is_nobodys_to_change(site: Site) -> None:
    actions.bootstrap()
    with transaction() as conn:
        internal = queries.system_internal_source(conn)
    with pytest.raises(Refused):
        actions.remove_source(site.viewer, internal.id)


def test_heard_traps_make_a_source_ok(site: Site) -> None:
    actions.bootstrap()
    (traps,) = queries.system_trap_sources()
    heard_at = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    system_note_heard(Heard(at={traps.source: heard_at}, counts={}), now=heard_at)
    seen = queries.access_source(site.viewer, traps.source)
    assert (seen.state, seen.state_since, seen.last_ok_at) == (SourceState.OK, heard_at, heard_at)
    assert [(each.read, each.state) for each in seen.reads] == [("traps", SourceState.OK)]


def test_another_key_does_not_open_a_secret(
    site: Site, source: SourceRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.fernet import Fernet

    monkeypatch.setattr(store, "secret_box", lambda: SecretBox((Fernet.generate_key().decode(),)))
    with pytest.raises(Misconfigured):
        queries.system_source(source.id)


async def test_a_test_of_a_closed_port_says_unreachable(site: Site) -> None:
    settings = SETTINGS | {"endpoint": "http://127.0.0.1:9"}
    answer = await probes.probe_draft(site.viewer, draft(site, settings=settings))
    assert (answer.is_ok, answer.state) == (False, SourceState.UNREACHABLE)
    assert "very-secret-key" not in json.dumps(answer.text)


async def test_a_test_tells_what_the_source_says(
    site: Site, source: SourceRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Connector:
        def __init__(self, context: object) -> None:
            seen.append(context.settings["sk"])  # type: ignore[attr-defined]

        async def probe(self) -> ProbeResult:
            return ProbeResult(facts={"desktops": "3"}, warnings=("no alarms",))

        async def close(self) -> None:
            seen.append("closed")

    monkeypatch.setattr(probes, "load", lambda kind, slug: Connector)
    answer = await probes.probe_source(site.viewer, source.id)
    assert (answer.is_ok, answer.facts, answer.warnings) == (
        True,
        {"desktops": "3"},
        ("no alarms",),
    )
    typed = draft(site, settings=SETTINGS | {"sk": ""})
    assert (await probes.probe_draft(site.viewer, typed, source=source.id)).is_ok
    assert seen == ["very-secret-key", "closed", "very-secret-key", "closed"]


async def test_stored_secrets_do_not_go_to_another_connector(site: Site, source: SourceRow) -> None:
    typed = SourceDraft(tenant=site.customer, connector="snmp_trap", name="x", settings={})
    with pytest.raises(Refused):
        await probes.probe_draft(site.viewer, typed, source=source.id)


def test_a_viewer_of_the_customer_alone_sees_the_customers(site: Site, source: SourceRow) -> None:
    assert queries.fetch_sources(build_viewer(site.customer)).total == 1
