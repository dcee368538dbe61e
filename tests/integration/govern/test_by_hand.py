"""An operator's word about where an alarm belongs goes before every rule, while it stands."""

import pytest

from tests.integration.govern import test_situations
from tests.integration.govern.test_situations import RAISE, Site
from yunwei.base.core.errors import Conflict, Refused
from yunwei.base.core.ids import SituationId
from yunwei.base.core.severity import Severity
from yunwei.monitor.alarms import queries as alarms
from yunwei.monitor.governance.actions import situations as actions
from yunwei.monitor.governance.facts.situations import StoryVerb
from yunwei.monitor.governance.queries import situations

site = test_situations.site


def attach(site: Site, name: str, note: str = "") -> None:
    world, alarm = site.world, site.alarm(name).id
    now = world.clock.now()
    actions.attach_alarm(world.viewer, alarm, site.situation().id, now=now, note=note)
    site.passes(seconds=1)


def detach(site: Site, name: str) -> None:
    actions.detach_alarm(site.world.viewer, site.alarm(name).id, now=site.world.clock.now())
    site.passes(seconds=1)


def verbs(site: Site) -> list[StoryVerb]:
    found = situations.fetch_story(site.world.viewer, site.situation().id)
    return [each.verb for each in reversed(found)]


def test_an_alarm_put_into_a_situation_is_told_no_more(site: Site) -> None:
    site.loses("H-1", "D-1", "D-4")
    before = site.told()
    attach(site, "D-4", note="same rack")
    assert "D-4" in site.members()
    alarm = site.alarm("D-4")
    assert alarm.situation == site.situation().id
    assert [each.kind for each in alarm.suppressed_by] == ["inhibited"]
    site.loses("D-4", severity=Severity.CRITICAL, text="D-4 is worse")
    assert site.told() == before
    assert verbs(site)[-1] is StoryVerb.ATTACHED
    [change] = [
        each
        for each in alarms.fetch_changes(site.world.viewer, alarm.id)
        if each.verb == "attached"
    ]
    assert (change.by, change.note) == (site.world.viewer.name, "H-1 is lost\nsame rack")


def test_what_a_person_took_out_no_rule_puts_back(site: Site) -> None:
    site.loses("H-1", "D-1", "D-2")
    assert site.told() == [(RAISE, "H-1")]
    detach(site, "D-1")
    assert site.members() == {"H-1", "D-2"}
    assert site.alarm("D-1").situation is None
    assert (RAISE, "D-1") in site.told(), "nothing keeps it quiet any more"
    site.loses("D-1", text="D-1 still")
    site.passes(minutes=1)
    assert site.members() == {"H-1", "D-2"}
    assert verbs(site)[-1] is StoryVerb.DETACHED


def test_the_word_holds_after_a_restart_and_ends_with_the_alarm(site: Site) -> None:
    site.loses("H-1", "D-1")
    detach(site, "D-1")
    site.world.restarts()
    site.loses("D-1", text="once more")
    assert site.members() == {"H-1"}
    site.regains("D-1")
    site.passes(seconds=5)
    site.loses("D-1")
    assert site.members() == {"H-1", "D-1"}, "another occurrence is the rules' again"


def test_a_cause_stays_and_what_is_over_is_left_alone(site: Site) -> None:
    site.loses("H-1", "D-1", "D-4")
    with pytest.raises(Conflict):
        detach(site, "H-1")
    with pytest.raises(Conflict):
        attach(site, "D-1")
    site.regains("D-4")
    with pytest.raises(Conflict):
        attach(site, "D-4")


def test_an_alarm_goes_into_no_situation_of_another_customer(site: Site) -> None:
    site.loses("H-1", "D-1", "D-4")
    alarm = site.alarm("D-4").id
    now = site.world.clock.now()
    with pytest.raises(Refused):
        actions.attach_alarm(site.world.viewer, alarm, SituationId(10**6), now=now)
