"""The pages of threshold rules: added, tried, changed, switched, removed."""

import pytest
from django.test import Client

from tests.support.pages import Cloud, Page, make_cloud, sign_in
from yunwei.base.core.metrics import At
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.clock import SystemClock
from yunwei.faces.web.console import threshold_trials
from yunwei.monitor.thresholds.actions import trials
from yunwei.monitor.thresholds.facts import Level, ThresholdRule, TrialState
from yunwei.monitor.thresholds.jobs import TrialRunner
from yunwei.monitor.thresholds.queries import rules as queries
from yunwei.monitor.thresholds.queries.trials import access_trial

pytestmark = pytest.mark.django_db

HOT = {
    "name": "热",
    "measure": "desktop.cpu@desktop",
    "condition": "true",
    "side": "above",
    "major_raise": "90",
    "major_clear": "80",
    "critical_raise": "97.5",
    "critical_clear": "",
    "step_s": "300",
    "reduce": "mean",
    "needed": "2",
    "of": "3",
    "hold_steps": "0",
    "clear_steps": "2",
    "grace_minutes": "15",
    "missing": "ignore",
    "missing_steps": "12",
    "missing_severity": "warning",
    "weeks": "4",
    "least_spread": "0",
    "is_enabled": "true",
}


@pytest.fixture
def cloud() -> Cloud:
    return make_cloud()


@pytest.fixture
def client(cloud: Cloud) -> Client:
    return sign_in("olga")


def sent(cloud: Cloud, **changes: str) -> dict[str, str]:
    return {**HOT, "tenant": str(cloud.people["olga"].tenant), **changes}


def rules_of(cloud: Cloud) -> list[ThresholdRule]:
    return [row.rule for row in queries.fetch_rules(cloud.people["olga"]).items]


def test_a_rule_is_added_changed_switched_and_removed(cloud: Cloud, client: Client) -> None:
    made = client.post("/threshold-rules/new", sent(cloud))
    assert made.status_code == 303
    [rule] = rules_of(cloud)
    assert (rule.content.measure, rule.content.at) == ("desktop.cpu", At.DESKTOP)
    assert rule.content.levels == (
        Level(severity=Severity.MAJOR, raise_at=0.9, clear_at=0.8),
        Level(severity=Severity.CRITICAL, raise_at=0.975, clear_at=0.975),
    )
    here = f"/threshold-rules/{rule.id}"
    assert "97.5%" in Page(client.get(here)).text
    form = Page(client.get(f"{here}/change")).text
    assert "触发值" in form
    client.post(f"{here}/change", sent(cloud, needed="3"))
    [rule] = rules_of(cloud)
    assert (rule.version, rule.content.needed) == (2, 3)
    client.post(f"{here}/switch", {"on": "no"})
    assert [each.is_enabled for each in rules_of(cloud)] == [False]
    assert client.get(f"{here}?export=csv").status_code == 200
    client.post(f"{here}/remove")
    assert rules_of(cloud) == []


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("condition", "pool ==", "第 1 行"),
        ("major_clear", "95", "恢复值必须在正常一侧"),
        ("needed", "4", "不能超过总步数"),
        ("side", "both", "只有按平常水平判定时"),
        ("major_raise", "much", "不是数字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    cloud: Cloud, client: Client, field: str, typed: str, said: str
) -> None:
    answer = client.post("/threshold-rules/new", sent(cloud, **{field: typed}))
    page = Page(answer).text
    assert answer.status_code == 422
    assert said in page
    assert "热" in answer.content.decode()
    assert rules_of(cloud) == []


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials run before the answer: what a thread wrote, a test's transaction would not see."""
    runner = TrialRunner(SystemClock(), is_inline=True)
    monkeypatch.setattr(threshold_trials, "shared_runner", lambda: runner)


def test_it_is_tried_from_the_form_and_not_saved(
    cloud: Cloud, client: Client, clickhouse: ClickHouse, inline: None
) -> None:
    answer = client.post("/threshold-rules/new", sent(cloud, **{"try": "7"}))
    assert answer.status_code == 200
    assert "历史回测" in Page(answer).text
    assert 'data-test="trial-total"' in answer.content.decode()
    assert 'value="热"' in answer.content.decode()
    assert rules_of(cloud) == []


def test_a_saved_rule_is_tried_and_its_trial_taken_as_a_file(
    cloud: Cloud, client: Client, clickhouse: ClickHouse, inline: None
) -> None:
    client.post("/threshold-rules/new", sent(cloud))
    [rule] = rules_of(cloud)
    begun = client.post(f"/threshold-rules/{rule.id}/trial", {"days": "1"})
    here = begun["Location"]
    assert here.startswith("/threshold-trials/")
    assert 'data-test="trial-total"' in client.get(here).content.decode()
    assert client.get(f"{here}?export=xlsx").status_code == 200
    assert client.get(f"{here}?export=csv").status_code == 200
    wrong = client.post(f"/threshold-rules/{rule.id}/trial", {"days": "3"})
    assert wrong["Location"] == f"/threshold-rules/{rule.id}"


def test_a_trial_that_runs_shows_how_far_it_is_and_can_be_given_up(
    cloud: Cloud, client: Client
) -> None:
    olga = cloud.people["olga"]
    client.post("/threshold-rules/new", sent(cloud))
    [rule] = rules_of(cloud)
    begun = trials.start_trial_of_rule(olga, rule.id, days=7, now=SystemClock().now())
    here = f"/threshold-trials/{begun}"
    page = client.get(here).content.decode()
    assert 'data-test="progress"' in page
    assert 'hx-trigger="every 1s"' in page
    assert client.post(f"{here}/cancel")["Location"] == here
    TrialRunner(SystemClock(), is_inline=True).submit(olga, begun)
    record = access_trial(olga, begun)
    assert (record.state, record.trial) == (TrialState.CANCELLED, None)
    assert "every 1s" not in client.get(here).content.decode()


def test_a_trial_without_measurements_to_read_says_so(
    cloud: Cloud, client: Client, inline: None
) -> None:
    client.post("/threshold-rules/new", sent(cloud))
    [rule] = rules_of(cloud)
    begun = client.post(f"/threshold-rules/{rule.id}/trial", {"days": "1"})
    assert 'data-test="failed"' in client.get(begun["Location"]).content.decode()
