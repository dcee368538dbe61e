"""An alarm's story on one line of time."""

from tests.support.alarms import build_raw
from tests.support.governed import World
from yunwei.base.core.alarm import AlarmAct
from yunwei.faces.web.console.alarms import AlarmBoard
from yunwei.monitor.alarms.facts import AlarmView


def test_a_story_tells_what_happened_what_was_decided_and_who_was_told(world: World) -> None:
    rule = world.masks()
    world.reports(build_raw())
    board = AlarmBoard(viewer=world.viewer, id=world.alarm(AlarmView.MASKED).id)
    [quiet] = [each for each in board.story if each.judgement]
    assert [(each.rule_id, each.rule_version) for each in quiet.reasons] == [(rule, 1)]
    assert not [each for each in board.story if each.message]
    world.passes(hours=3)
    world.governs()
    world.reports(build_raw(AlarmAct.CLEAR, 181))
    board = AlarmBoard(viewer=world.viewer, id=board.id)
    kinds = [
        "change" if each.change else "judgement" if each.judgement else "message"
        for each in board.story
    ]
    assert kinds.count("message") >= 1
    assert kinds[-3:] == ["judgement", "change", "change"], "raised, masked, and why"
    times = [each.at for each in board.story]
    assert times == sorted(times, reverse=True)
