"""An alarm of the platform's own is read in the reader's language, wherever a person reads it."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.support.alarms import build_raw
from tests.support.pages import Cloud, make_cloud, sign_in
from yunwei.base.core.ids import AlarmId, OccurrenceId
from yunwei.base.core.own_texts import say_both
from yunwei.base.core.severity import Severity
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.alarms import actions as alarm_actions
from yunwei.monitor.alarms.facts import Alarm
from yunwei.monitor.governance.facts.situations import (
    MemberDraft,
    MemberRole,
    SituationDraft,
    SituationKind,
    StoryEntry,
    StoryVerb,
)
from yunwei.monitor.governance.store import situations as store

pytestmark = pytest.mark.django_db

ZH, EN = "许可“财务 / 一”已用尽（340 / 380）", "Licence “财务 / 一” is used up (340 / 380)"
NATIVE = "主机离线 / host is offline"


class Shop:
    """A cloud with an alarm of our own at the head of every list, and a situation of it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.own = self._add(say_both(ZH, EN), "licence.scarce", minutes=9)
        self.native = self._add(NATIVE, "host.down", minutes=8)
        self.situation = self._add_situation(self.own)

    def reads(self, language: str) -> Client:
        get_user_model().objects.filter(username="olga").update(language=language)
        return sign_in("olga")

    def _add(self, text: str, alarm_type: str, *, minutes: int) -> Alarm:
        raw = build_raw(
            minutes=minutes,
            managed_object="/desktop/PC-02",
            alarm_type=alarm_type,
            severity=Severity.CRITICAL,
            text=text,
            tenant=self.cloud.tenant,
            source=self.cloud.source,
        )
        with transaction() as conn:
            [step] = alarm_actions.apply_raw_alarms(conn, [raw], now=self.cloud.now)
        assert step.after is not None
        return step.after

    def _add_situation(self, root: Alarm) -> int:
        draft = SituationDraft(
            tenant=self.cloud.tenant,
            kind=SituationKind.TOPOLOGY,
            key=f"topology-{root.id}",
            rule=None,
            rule_version=None,
            rule_name="",
            root=AlarmId(root.id),
            root_occurrence=OccurrenceId(root.occurrence),
            title=root.text,
            severity=Severity.CRITICAL,
        )
        member = MemberDraft(
            alarm=root.id, occurrence=root.occurrence, role=MemberRole.ROOT, reason="root"
        )
        entry = StoryEntry(
            at=self.cloud.now, verb=StoryVerb.ATTACHED, by="olga", alarm=root.id, text=root.text
        )
        with transaction() as conn:
            opened = store.open_situations(conn, [draft], self.cloud.now)
            [(situation, _is_new)] = opened.values()
            store.add_members(conn, [(situation, member)], self.cloud.now)
            store.add_story(conn, [(situation, entry)])
        return int(situation)


@pytest.fixture
def shop(clickhouse: ClickHouse) -> Shop:
    return Shop(make_cloud())


@pytest.mark.parametrize(
    ("language", "half", "other"), [("zh-hans", ZH, EN), ("en", EN, ZH)], ids=["zh", "en"]
)
def test_it_is_read_in_one_language_everywhere(
    shop: Shop, language: str, half: str, other: str
) -> None:
    client, own, situation = shop.reads(language), shop.own.id, shop.situation
    for url in (
        "/",
        "/alarms",
        "/alarms?export=csv",
        f"/alarms/{own}",
        f"/alarms/{own}/situation",
        f"/routes/explain?alarm={own}",
        "/screen?views=alarms",
        "/search?q=PC-02",
        "/situations",
        f"/situations/{situation}",
        f"/situations/{situation}/attach",
    ):
        answer = client.get(url)
        page = answer.content.decode()
        assert answer.status_code == 200, url
        assert half in page, url
        assert other not in page, url


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_others_report_stays_whole(shop: Shop, language: str) -> None:
    client = shop.reads(language)
    for url in ("/alarms", f"/alarms/{shop.native.id}", "/screen?views=alarms"):
        assert NATIVE in client.get(url).content.decode(), url


@pytest.mark.parametrize("words", ["已用尽（340", "is used up"])
def test_it_is_found_by_either_half(shop: Shop, words: str) -> None:
    page = shop.reads("en").get("/alarms", {"search": words}).content.decode()
    assert EN in page
    assert NATIVE not in page


def test_rest_tells_all_of_it(shop: Shop) -> None:
    told = shop.reads("en").get(f"/api/v1/alarms/{shop.own.id}").json()
    assert told["text"] == f"{ZH} / {EN}"
