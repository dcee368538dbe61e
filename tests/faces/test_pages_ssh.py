"""The pages of connections over SSH: a profile is added and tried, its secrets never come back, and
a host key is trusted only after somebody looked at that very one."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.support.far_desktops import FarDesktops
from tests.support.pages import sign_in
from tests.support.sshd import Sshd, running_sshd
from yunwei.operate.ssh import queries
from yunwei.operate.ssh.facts import KeyState

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def far(server: Sshd) -> FarDesktops:
    return FarDesktops(server, name="of old")


@pytest.fixture
def root(far: FarDesktops) -> Client:
    return sign_in("root")


def form(far: FarDesktops, **changes: str) -> dict[str, str]:
    usual = {
        "tenant": str(far.stage.cloud.tenant),
        "name": "linux",
        "condition": 'name == "PC-01"',
        "user": far.server.user,
        "port": str(far.server.port),
        "private_key": far.server.login_key,
        "trust": "known",
        "jump_port": "22",
        "connect_timeout_s": "10",
        "parallel": "50",
        "is_enabled": "true",
    }
    return usual | changes


def test_a_profile_is_added_and_its_secrets_never_come_back(far: FarDesktops, root: Client) -> None:
    made = root.post("/ssh/new", form(far))
    assert made.status_code == 303
    page = root.get(made["Location"]).content.decode()
    assert "BEGIN OPENSSH PRIVATE KEY" not in page
    # a key that is not typed again stays
    assert root.post(made["Location"], form(far, private_key="", name="other")).status_code == 303
    (row,) = queries.fetch_profiles(far.stage.cloud.people["root"], {"search": "other"}).items
    assert row.holds == ("private_key",)
    assert 'value="other"' in root.get(made["Location"]).content.decode()
    forgotten = form(far, private_key="", name="other", forgets="private_key")
    assert root.post(made["Location"], forgotten).status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"user": "two words"}, "user"),
        ({"condition": "name =="}, "condition"),
        ({"port": "0"}, "port"),
        ({"private_key": "no key"}, "private_key"),
        ({"private_key": ""}, "private_key"),
        ({"jump_host": "jump"}, "jump_key"),
        ({"jump_host": "jump", "jump_key": "no key"}, "jump_key"),
        ({"certificate": "no certificate"}, "certificate"),
        ({"parallel": "100000"}, "parallel"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    far: FarDesktops, root: Client, changes: dict[str, str], field: str
) -> None:
    answer = root.post("/ssh/new", form(far, **changes))
    assert answer.status_code == 422
    place = answer.content.decode().partition(f'id="field-{field}-notes"')[2]
    assert "yw-error" in place.partition("</div>")[0]
    assert queries.fetch_profiles(far.stage.cloud.people["root"]).total == 1


def test_a_try_shows_the_key_and_it_is_trusted_after_a_look(far: FarDesktops, root: Client) -> None:
    address = root.post("/ssh/new", form(far))["Location"]
    page = root.post(f"{address}/try", {"desktop": "PC-01"}).content.decode()
    assert 'data-test="try-failed"' in page
    (key,) = queries.fetch_host_keys(far.stage.cloud.people["root"]).items
    assert key.state is KeyState.UNKNOWN
    assert key.offered_fingerprint in page
    address_of_key = f"/ssh/host-keys/{key.desktop}"
    assert 'data-test="unknown"' in root.get(address_of_key).content.decode()
    stale = {"decision": "accept", "fingerprint": "SHA256:another"}
    assert root.post(f"{address_of_key}/decide", stale)["Location"] == address_of_key
    accept = {"decision": "accept", "fingerprint": key.offered_fingerprint}
    assert root.post(f"{address_of_key}/decide", accept)["Location"] == "/ssh/host-keys"
    page = root.post(f"{address}/try", {"desktop": "PC-01"}).content.decode()
    assert 'data-test="try-good"' in page
    assert far.server.user in page
    assert root.post(f"{address}/try", {"desktop": "nobody"}).status_code == 422
