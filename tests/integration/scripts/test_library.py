"""The library over PostgreSQL: versions, four eyes, sharing, tenancy."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.support.people import Standing, make_people
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ScriptId
from yunwei.base.core.page import PageRequest
from yunwei.base.people import queries as people
from yunwei.operate.scripts.actions import library as actions
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.facts.library import (
    ScriptDraft,
    ScriptLanguage,
    VersionDraft,
    VersionState,
)
from yunwei.operate.scripts.queries import library as queries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
HEAD = ScriptDraft(
    name="磁盘清理", language=ScriptLanguage.SHELL, description_zh="清理临时文件", folder="磁盘"
)
TEXT = VersionDraft(body="df -h\n")


@pytest.fixture
def standing() -> Standing:
    return make_people()


def add(standing: Standing, by: str = "olga", **changes: object) -> ScriptId:
    head = replace(HEAD, **changes)  # type: ignore[arg-type]
    return actions.add_script(standing[by], standing.a.id, head, TEXT, now=NOW)


def test_a_version_runs_only_after_another_person_approved_it(standing: Standing) -> None:
    script = add(standing)
    first = review.Meant(script, 1)
    with pytest.raises(Conflict, match="nobody asked"):
        review.approve(standing["mia"], first, now=NOW)
    review.ask_review(standing["mia"], first, now=NOW)
    for who in ("olga", "mia"):  # who wrote it, and who asked for it
        with pytest.raises(Conflict, match="another person"):
            review.approve(standing[who], first, now=NOW)
    review.approve(standing["root"], first, now=NOW)
    whole = queries.access_script(standing["olga"], script)
    assert whole.row.approved == 1
    assert whole.latest.judged_by == standing["root"].name
    entries = people.fetch_audit(standing["root"], {}, PageRequest(limit=20)).items
    assert {"scripts.add", "scripts.ask_review", "scripts.approve"} <= {e.verb for e in entries}


def test_a_new_text_is_a_new_draft_and_the_approved_one_goes_on(standing: Standing) -> None:
    script = add(standing)
    review.ask_review(standing["olga"], review.Meant(script, 1), now=NOW)
    review.approve(standing["root"], review.Meant(script, 1), now=NOW)
    head = replace(HEAD, folder="磁盘/清理")
    assert actions.change_script(standing["olga"], script, head, TEXT, now=NOW) == 1
    other = VersionDraft(body="df -h /\n", note="only the root")
    assert actions.change_script(standing["olga"], script, head, other, now=NOW) == 2
    whole = queries.access_script(standing["olga"], script)
    assert (whole.row.approved, whole.row.state) == (1, VersionState.DRAFT)
    assert whole.version(1).content == TEXT
    review.ask_review(standing["olga"], review.Meant(script, 2), now=NOW)
    with pytest.raises(Invalid, match="say why"):
        review.send_back(standing["root"], review.Meant(script, 2), note=" ", now=NOW)
    review.send_back(standing["root"], review.Meant(script, 2), note="why?", now=NOW)
    review.retire(standing["olga"], review.Meant(script, 1), now=NOW)
    whole = queries.access_script(standing["olga"], script)
    assert whole.row.approved is None
    assert whole.latest.judgement_note == "why?"
    with pytest.raises(Conflict, match="what ran stays known"):
        actions.remove_script(standing["olga"], script)


def test_nobody_approves_another_text_than_they_read(standing: Standing) -> None:
    script = add(standing)
    review.ask_review(standing["olga"], review.Meant(script, 1), now=NOW)
    with pytest.raises(Refused):
        review.approve(standing["root"], review.Meant(script, 1, "0" * 64), now=NOW)


def test_of_two_who_change_it_at_once_the_second_is_told(standing: Standing) -> None:
    script = add(standing)
    change = VersionDraft(body="df\n")
    actions.change_script(standing["olga"], script, HEAD, change, now=NOW, revision=1)
    with pytest.raises(Conflict, match="in the meantime"):
        actions.change_script(standing["mia"], script, HEAD, TEXT, now=NOW, revision=1)
    with pytest.raises(Invalid, match="of this name"):
        add(standing)


def test_a_broken_script_is_not_given_to_a_reviewer(standing: Standing) -> None:
    draft = VersionDraft(body="echo a\nif true; then\n")
    script = actions.add_script(standing["olga"], standing.a.id, HEAD, draft, now=NOW)
    with pytest.raises(Conflict, match="can not be read"):
        review.ask_review(standing["olga"], review.Meant(script, 1), now=NOW)
    actions.remove_script(standing["olga"], script)
    assert queries.fetch_scripts(standing["olga"]).total == 0


def test_customers_do_not_see_each_others_scripts(standing: Standing) -> None:
    script = add(standing)
    assert queries.fetch_scripts(standing["chen"]).total == 0
    with pytest.raises(Refused):
        queries.access_script(standing["chen"], script)
    with pytest.raises(Refused):
        actions.change_script(standing["chen"], script, HEAD, TEXT, now=NOW)
    with pytest.raises(Refused):
        review.ask_review(standing["chen"], review.Meant(script, 1), now=NOW)
    with pytest.raises(Refused):
        actions.add_script(standing["chen"], standing.a.id, HEAD, TEXT, now=NOW)
    with pytest.raises(Invalid, match="only the provider's"):
        add(standing, name="x", is_shared=True)


def test_what_the_provider_shares_is_seen_once_it_is_approved(standing: Standing) -> None:
    root, chen = standing["root"], standing["chen"]
    head = replace(HEAD, is_shared=True)
    script = actions.add_script(root, root.tenant, head, TEXT, now=NOW)
    with pytest.raises(Refused):
        queries.access_script(chen, script)
    review.ask_review(root, review.Meant(script, 1), now=NOW)
    review.approve(standing["mia"], review.Meant(script, 1), now=NOW)
    actions.change_script(root, script, head, VersionDraft(body="secret draft\n"), now=NOW)
    whole = queries.access_script(chen, script)
    assert [each.number for each in whole.versions] == [1]
    assert not whole.row.may_change
    with pytest.raises(Refused):
        actions.change_script(chen, script, head, TEXT, now=NOW)


def test_scripts_are_found_by_what_they_say_and_where_they_lie(standing: Standing) -> None:
    add(standing, tags=("磁盘", "周检"))
    add(standing, name="other", folder="磁盘/深", description_zh="x")

    def names(**filters: object) -> list[str]:
        found = queries.fetch_scripts(standing["olga"], filters=filters).items
        return [row.script.name for row in found]

    assert names(search="临时") == ["磁盘清理"]
    assert sorted(names(search="df -H")) == ["other", "磁盘清理"]
    assert names(search="100%") == []
    assert sorted(names(folder="磁盘")) == ["other", "磁盘清理"]
    assert names(tag="周检") == ["磁盘清理"]
    assert names(may_run=True) == []


def test_a_script_leaves_as_a_file_and_comes_back_as_a_draft(standing: Standing) -> None:
    text = queries.export_script(standing["olga"], add(standing))
    back = actions.import_script(
        standing["olga"], standing.a.id, text.replace("磁盘清理", "回来"), now=NOW
    )
    whole = queries.access_script(standing["olga"], back)
    assert whole.latest.content == TEXT
    assert whole.latest.state is VersionState.DRAFT
