"""When a desktop counts as idle, way by way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import DesktopId, SourceId, TenantId
from yunwei.base.core.readings import DesktopKind, DesktopState, LoginState
from yunwei.monitor.inventory.facts import HeldDesktop
from yunwei.operate.usage.facts.idle import Idle, IdleKind, IdleLimits, LastUsed
from yunwei.operate.usage.facts.use import Reach
from yunwei.operate.usage.rules.idle import check_limits, judge, measure_of

NOW = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
KNOWN = Reach(first_at=NOW - timedelta(days=60), until_at=NOW)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def desktop(**more: Any) -> HeldDesktop:
    told: dict[str, Any] = {
        "kind": DesktopKind.DEDICATED,
        "state": DesktopState.STOPPED,
        "state_since": ago(2),
        "login_state": LoginState.UNREGISTERED,
        "is_in_maintenance": False,
        "created_at": ago(400),
        "first_seen_at": ago(60),
        "logins": ("li",),
        "gone_logins": (),
        "session_login": "",
        "session_state": "",
        "session_since": None,
    }
    return HeldDesktop(
        id=DesktopId(1),
        tenant=TenantId(1),
        source=SourceId(1),
        source_name="Cloud",
        native_id="d1",
        name="PC-1",
        pool=None,
        pool_name="",
        cpu=4,
        memory_mb=8192,
        **(told | more),
    )


def judged(last: float | None = 1, reach: Reach | None = KNOWN, **more: Any) -> Idle:
    used = None if last is None else LastUsed(login="li", until_at=ago(last))
    return judge(desktop(**more), used, measure_of(reach, IdleLimits(), NOW))


def kinds(last: float | None = 1, **more: Any) -> set[IdleKind]:
    return {*judged(last, **more).kinds}


def test_a_desktop_that_is_used_is_not_idle() -> None:
    assert judged().kinds == ()
    assert not judged().could_return


@pytest.mark.parametrize(("last", "is_unused"), [(29.99, False), (30, True), (45, True)])
def test_unused_counts_from_the_end_of_the_last_use(last: float, is_unused: bool) -> None:
    found = judged(last)
    assert (IdleKind.UNUSED in found.kinds) is is_unused
    assert found.could_return is is_unused
    assert found.unused_s == pytest.approx(last * 86_400)


def test_never_used_is_said_only_of_a_life_that_is_wholly_known() -> None:
    assert kinds(None, created_at=ago(40)) == {IdleKind.NEVER_USED}
    assert kinds(None, created_at=ago(400)) == {IdleKind.UNUSED}
    # it may yet be used
    assert kinds(None, created_at=ago(10)) == set()


def test_of_what_is_not_known_nothing_is_said() -> None:
    short = Reach(first_at=ago(10), until_at=NOW)
    assert judged(None, short).kinds == ()
    assert not judged(None, short).is_judged
    assert judged(None, None).kinds == ()
    assert judged(None, None).unused_s is None
    # a use within the records is known all the same
    assert judged(5, short).last_at == ago(5)


def test_whose_it_is() -> None:
    assert kinds(logins=()) == {IdleKind.UNASSIGNED}
    assert kinds(logins=(), kind=DesktopKind.POOLED) == set()
    assert kinds(gone_logins=("li",)) == {IdleKind.OWNER_GONE}
    assert kinds(logins=("li", "wang"), gone_logins=("li",)) == set()


def test_powered_on_with_nobody_on_it() -> None:
    running = {"state": DesktopState.RUNNING}
    assert kinds(2, **running) == {IdleKind.LEFT_ON}
    # it was used, or started, less than a day ago
    assert kinds(0.5, **running) == set()
    assert kinds(2, state_since=ago(0.5), **running) == set()


def test_sessions_without_their_user() -> None:
    left = {
        "state": DesktopState.RUNNING,
        "session_login": "li",
        "session_state": LoginState.DISCONNECTED.value,
    }
    assert kinds(2, **left, session_since=ago(1)) == {IdleKind.LEFT_BEHIND}
    assert kinds(2, **left, session_since=ago(0.9)) == set()
    assert kinds(2, **(left | {"state": DesktopState.STOPPED}), session_since=ago(0)) == {
        IdleKind.ZOMBIE
    }


def test_what_is_used_right_now_or_in_maintenance_is_left_alone() -> None:
    used = {"session_state": LoginState.CONNECTED.value, "session_since": ago(0)}
    assert kinds(40, state=DesktopState.RUNNING, **used) == set()
    found = judged(40, state=DesktopState.RUNNING, logins=(), **used)
    assert (found.kinds, found.could_return) == ((IdleKind.UNASSIGNED,), False)
    assert kinds(40, is_in_maintenance=True) == set()


@pytest.mark.parametrize("limits", [{"unused_days": 0}, {"unused_days": 91}, {"on_hours": 0}])
def test_limits_that_can_not_be_meant_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        check_limits(IdleLimits(**limits))
