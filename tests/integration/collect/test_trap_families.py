"""What people import by a MIB file holds for the next trap: by page's action, query and govern."""

from datetime import UTC, datetime

import msgspec
import pytest

from tests.support.alarms import Installation, build_viewer
from tests.support.mibs import MIB
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.people.facts import Viewer
from yunwei.monitor.collect.actions import trap_families as actions
from yunwei.monitor.collect.facts import TrapFamily
from yunwei.monitor.collect.queries import trap_families as queries
from yunwei.plugins.sdk.manifest import Label

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
FILES = {"acme.mib": MIB.encode()}


@pytest.fixture
def family(installation: Installation) -> TrapFamily:
    made = actions.import_mibs(installation.viewer, installation.tenant, FILES, now=NOW)
    ((id, name),) = made.families
    assert name == "ACME-STORAGE-MIB"
    return queries.access_trap_family(installation.viewer, id)


def test_an_import_serves_the_tenant_s_sources(
    installation: Installation, family: TrapFamily
) -> None:
    assert queries.system_trap_families(installation.tenant) == (family.content,)
    assert (family.traps, family.origin) == (2, "acme.mib")


def test_the_same_module_again_is_its_next_version(
    installation: Installation, family: TrapFamily
) -> None:
    actions.import_mibs(installation.viewer, installation.tenant, FILES, now=NOW)
    (row,) = queries.fetch_trap_families(installation.viewer).items
    assert (row.id, row.version) == (family.id, 2)


def test_a_family_that_is_switched_off_or_removed_serves_nobody(
    installation: Installation, family: TrapFamily
) -> None:
    viewer = installation.viewer
    actions.switch_trap_family(viewer, family.id, is_enabled=False, now=NOW)
    assert queries.system_trap_families(installation.tenant) == ()
    with pytest.raises(Conflict):
        actions.switch_trap_family(viewer, family.id, is_enabled=False, now=NOW)
    actions.remove_trap_family(viewer, family.id)
    with pytest.raises(Refused):
        queries.access_trap_family(viewer, family.id)


def test_a_trap_is_mapped_anew(installation: Installation, family: TrapFamily) -> None:
    viewer = installation.viewer
    trap = queries.read_family(family).trap[0]
    renamed = msgspec.structs.replace(trap, name=Label(zh="卷将满", en="Volume nearly full"))
    actions.change_trap(viewer, family.id, 0, renamed, now=NOW)
    changed = queries.access_trap_family(viewer, family.id)
    assert queries.read_family(changed).trap[0].name.zh == "卷将满"
    assert changed.version == 2


def test_a_mapping_with_a_mistake_changes_nothing(
    installation: Installation, family: TrapFamily
) -> None:
    trap = queries.read_family(family).trap[0]
    wrong = msgspec.structs.replace(trap, managed_object=("/volume/{nothing}",))
    with pytest.raises(Invalid, match="no variable 'nothing'"):
        actions.change_trap(installation.viewer, family.id, 0, wrong, now=NOW)
    assert queries.access_trap_family(installation.viewer, family.id) == family


def test_what_is_exported_can_be_imported(installation: Installation, family: TrapFamily) -> None:
    viewer = installation.viewer
    actions.remove_trap_family(viewer, family.id)
    id, _name = actions.import_family(viewer, installation.tenant, family.content, now=NOW)
    assert queries.access_trap_family(viewer, id).content == family.content


@pytest.mark.parametrize(
    ("files", "why"),
    [({}, "required"), ({f"{n}.mib": b"" for n in range(201)}, "at most 200 files")],
)
def test_nothing_and_too_much_are_refused(
    installation: Installation, files: dict[str, bytes], why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        actions.import_mibs(installation.viewer, installation.tenant, files, now=NOW)


def test_another_tenant_s_viewer_finds_none(family: TrapFamily, stranger: Viewer) -> None:
    assert queries.fetch_trap_families(stranger).total == 0
    with pytest.raises(Refused):
        queries.access_trap_family(stranger, family.id)
    with pytest.raises(Refused):
        actions.remove_trap_family(stranger, family.id)


@pytest.fixture
def stranger() -> Viewer:
    return build_viewer(TenantId(2**40))
