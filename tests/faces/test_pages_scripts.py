"""The pages of the script library: written, checked, reviewed by another person, compared."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support.pages import Cloud, make_cloud, sign_in
from yunwei.operate.scripts.facts.library import ParameterKind, VersionState
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.queries.library import WholeScript

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


def form(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    usual = {
        "tenant": cloud.tenant,
        "language": "shell",
        "name": "磁盘剩余",
        "description_zh": "看剩余空间",
        "tags": "磁盘 周检",
        "timeout_s": "60",
        "max_output_bytes": "65536",
        "body": 'df -h "$YW_PARAM_FOLDER"\r\n',
        "parameter.name": ["FOLDER", ""],
        "parameter.kind": ["text", "text"],
        "parameter.label_zh": ["目录", ""],
        "parameter.label_en": ["Folder", ""],
        "parameter.default": ["/", ""],
        "parameter.required": ["yes", "yes"],
        "parameter.choices": ["", ""],
        "parameter.minimum": ["", ""],
        "parameter.maximum": ["", ""],
        "act": "save",
    }
    return usual | changes


def only_script(cloud: Cloud) -> WholeScript:
    [row] = queries.fetch_scripts(cloud.people["olga"]).items
    return queries.access_script(cloud.people["olga"], row.script.id)


def test_a_script_is_written_approved_by_another_person_and_changed(cloud: Cloud) -> None:
    olga, mia = sign_in("olga"), sign_in("mia")
    where = olga.post("/scripts/new", form(cloud))["Location"]
    whole = only_script(cloud)
    [parameter] = whole.latest.content.parameters
    assert (parameter.name, parameter.kind) == ("FOLDER", ParameterKind.TEXT)
    assert whole.latest.content.body == 'df -h "$YW_PARAM_FOLDER"\n'
    meant = {"version": "1", "sha256": whole.latest.sha256}
    olga.post(f"{where}/act", {"act": "ask", **meant})
    olga.post(f"{where}/act", {"act": "approve", **meant})
    assert only_script(cloud).latest.state is VersionState.REVIEW
    page = mia.get(where).content.decode()
    assert 'data-test="approve"' in page
    assert 'data-test="approve"' not in olga.get(where).content.decode()
    mia.post(f"{where}/act", {"act": "approve", **meant})
    assert only_script(cloud).row.approved == 1
    change = form(cloud, body="df -h /\n", revision="1")
    assert olga.post(f"{where}/change", change).status_code == 303
    whole = only_script(cloud)
    assert (whole.row.approved, whole.latest.number) == (1, 2)
    compared = olga.get(f"{where}/differences").content.decode()
    assert 'data-kind="gone"' in compared
    assert 'data-kind="new"' in compared
    late = olga.post(f"{where}/change", change)
    assert late.status_code == 422
    assert "df -h /" in late.content.decode()


def test_dangers_are_shown_at_their_line_before_anything_is_saved(cloud: Cloud) -> None:
    asked = form(cloud, act="check", body="echo a\nrm -rf /x\n")
    answer = sign_in("olga").post("/scripts/new", asked)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-level="danger"' in page
    assert "YW101" in page
    assert "看剩余空间" in page
    assert 'value="FOLDER"' in page
    assert queries.fetch_scripts(cloud.people["olga"]).total == 0


def test_another_parameter_loses_nothing(cloud: Cloud) -> None:
    page = sign_in("olga").post("/scripts/new", form(cloud, act="add")).content.decode()
    assert page.count('name="parameter.name"') == 3
    assert 'value="FOLDER"' in page
    assert "df -h" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": " "}, "field-body"),
        ({"name": ""}, "field-name"),
        ({"timeout_s": "0"}, "field-timeout_s"),
        ({"parameter.name": ["a b", ""]}, "参数 1"),
        ({"parameter.default": ["x", ""], "parameter.kind": ["number", "text"]}, "参数 1"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(
    cloud: Cloud, change: dict[str, Any], field: str
) -> None:
    answer = sign_in("olga").post("/scripts/new", form(cloud, **change))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert field in page
    assert "看剩余空间" in page


def test_what_a_script_says_is_text_on_every_page(cloud: Cloud) -> None:
    olga = sign_in("olga")
    evil = "echo '<script>alert(1)</script>'\n"
    where = olga.post("/scripts/new", form(cloud, body=evil, name="<b>x</b>"))["Location"]
    for path in (where, f"{where}/change", f"{where}/differences", "/scripts"):
        page = olga.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<b>x" not in page


def test_a_script_leaves_and_comes_back_as_a_file(cloud: Cloud) -> None:
    olga = sign_in("olga")
    where = olga.post("/scripts/new", form(cloud))["Location"]
    file = olga.get(f"{where}/file")
    assert "attachment" in file["Content-Disposition"]
    text = file.content.decode().replace("磁盘剩余", "又一个")

    def send(content: bytes) -> Any:
        sent = {"tenant": cloud.tenant, "file": SimpleUploadedFile("a.script", content)}
        return olga.post("/scripts/import", sent)

    assert send(text.encode()).status_code == 303
    assert queries.fetch_scripts(cloud.people["olga"]).total == 2
    assert send(b"\xff\xfe").status_code == 422
    assert send(b"no head").status_code == 422


def test_only_what_never_ran_is_removed(cloud: Cloud) -> None:
    olga = sign_in("olga")
    where = olga.post("/scripts/new", form(cloud))["Location"]
    olga.post(f"{where}/remove")
    assert queries.fetch_scripts(cloud.people["olga"]).total == 0
    assert olga.get(where).status_code == 404
