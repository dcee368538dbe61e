"""The page of agents says which release is offered, and how far it has come."""

import pytest

from tests.support.pages import sign_in
from tests.support.running import make_stage
from yunwei.operate.agents.actions import releases

pytestmark = pytest.mark.django_db


def test_the_release_that_is_offered_is_told_with_how_many_run_it() -> None:
    stage = make_stage(agents=3)
    root, olga = stage.cloud.people["root"], sign_in("olga")
    assert 'data-test="release-offered"' not in olga.get("/agents").content.decode()
    releases.offer_release(root, "1", b"newer", share=5, now=stage.now)
    page = olga.get("/agents").content.decode()
    assert 'data-test="release-offered"' in page
    assert "版本 1 正在提供给" in page
    assert "每 100 个中的 5 个" in page
    assert "3 个代理已在运行它" in page
    releases.offer_release(root, "1.1", b"newest", now=stage.now)
    assert "0 个代理已在运行它" in olga.get("/agents").content.decode()
    releases.withdraw_release(root, now=stage.now)
    assert 'data-test="release-offered"' not in olga.get("/agents").content.decode()
