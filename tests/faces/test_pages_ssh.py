"""The pages of connections over SSH and WinRM: a profile is added and tried, its secrets never come
back, and a host key is trusted only after somebody looked at that very one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.support.certificates import make_certificate
from tests.support.far_desktops import FarDesktops, FarWindows
from tests.support.pages import sign_in
from tests.support.sshd import Sshd, running_sshd
from tests.support.windows import PASSWORD, USER, running_windows
from yunwei.operate.ssh import queries
from yunwei.operate.ssh.facts import KeyState, Kind, SignIn

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


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[FarWindows]:
    with running_windows(tmp_path) as running:
        yield FarWindows(running, name="of old")


def windows_form(windows: FarWindows, **changes: str) -> dict[str, str]:
    usual = {
        "tenant": str(windows.stage.cloud.tenant),
        "name": "windows",
        "condition": 'name == "PC-01"',
        "user": USER,
        "port": str(windows.windows.port),
        "sign_in": "basic",
        "password": PASSWORD,
        "trust": "known",
        "connect_timeout_s": "10",
        "parallel": "50",
        "is_enabled": "true",
    }
    return usual | changes


def test_a_profile_for_winrm_is_added_and_tried_after_a_look_at_the_certificate(
    windows: FarWindows,
) -> None:
    client, root = sign_in("root"), windows.stage.cloud.people["root"]
    made = client.post("/ssh/new?kind=winrm", windows_form(windows))
    assert made.status_code == 303
    page = client.get(made["Location"]).content.decode()
    assert 'name="private_key"' not in page
    assert PASSWORD not in page
    # a password that is not typed again stays, and so does the kind
    again = windows_form(windows, password="", sign_in="negotiate", name="other")
    assert client.post(made["Location"], again).status_code == 303
    (row,) = queries.fetch_profiles(root, {"search": "other", "kind": "winrm"}).items
    assert (row.kind, row.sign_in, row.holds) == (Kind.WINRM, SignIn.NEGOTIATE, ("password",))
    page = client.post(f"{made['Location']}/try", {"desktop": "PC-01"}).content.decode()
    assert 'data-test="try-failed"' in page
    (key,) = queries.fetch_host_keys(root).items
    assert key.offered_fingerprint in page
    address = f"/ssh/host-keys/{key.desktop}"
    assert "Get-ChildItem" in client.get(address).content.decode()
    accept = {"decision": "accept", "fingerprint": key.offered_fingerprint}
    assert client.post(f"{address}/decide", accept)["Location"] == "/ssh/host-keys"
    page = client.post(f"{made['Location']}/try", {"desktop": "PC-01"}).content.decode()
    assert 'data-test="try-good"' in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": ""}, "password"),
        ({"sign_in": "kerberos"}, "sign_in"),
        ({"host_authority": "no certificate"}, "host_authority"),
        ({"port": "70000"}, "port"),
    ],
)
def test_what_is_wrong_of_winrm_is_said_at_its_field(
    windows: FarWindows, changes: dict[str, str], field: str
) -> None:
    answer = sign_in("root").post("/ssh/new?kind=winrm", windows_form(windows, **changes))
    assert answer.status_code == 422
    place = answer.content.decode().partition(f'id="field-{field}-notes"')[2]
    assert "yw-error" in place.partition("</div>")[0]


def test_over_rest_a_kind_stays_what_it_is(windows: FarWindows) -> None:
    client = sign_in("root")
    body = {"name": "w", "user": "ops", "password": "x"}
    tenant = windows.stage.cloud.tenant

    def send(method: str, path: str, **told: object) -> tuple[int, dict[str, object]]:
        ask = getattr(client, method)
        answer = ask(f"/api/v1/{path}", body | told, content_type="application/json")
        return answer.status_code, answer.json()

    status, made = send("post", "ssh-profiles", kind="winrm", tenant=tenant)
    assert (status, made["kind"], made["port"]) == (201, "winrm", 5986)
    status, changed = send("put", f"ssh-profiles/{made['id']}", user="other")
    assert (status, changed["kind"], changed["port"]) == (200, "winrm", 5986)
    status, _said = send("put", f"ssh-profiles/{made['id']}", jump_host="there")
    assert status == 422
    pem = make_certificate("pc-01").pem
    answer = client.put(
        "/api/v1/host-keys",
        {"desktop": "PC-01", "key": pem, "tenant": tenant},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert answer.json()["trusted"].startswith("x509 ")
