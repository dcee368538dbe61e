"""Who could give back a licence, and which reasons of failure name one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.operate.licensing.facts import Account, GivingBack
from yunwei.operate.licensing.rules.holding import check_days, judge, names_licence, summarize

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ACCOUNT = Account(
    id=1,
    tenant=TenantId(1),
    source=SourceId(1),
    source_name="Cloud",
    login="li.lei",
    name="李雷",
    department="财务部",
    is_locked=False,
    is_disabled=False,
    first_seen_at=NOW - timedelta(days=200),
    desktops=2,
    own_desktops=1,
    sessions=0,
)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("changes", "last_days", "known_days", "reason", "unused"),
    [
        ({}, 29.9, 90, None, 29),
        ({}, 30, 90, GivingBack.UNUSED, 30),
        ({}, None, 90, GivingBack.NEVER_USED, 90),
        ({"first_seen_at": ago(10)}, None, 90, None, 10),  # new, and not yet used
        ({}, None, 20, None, 20),  # too little is known
        ({}, None, None, None, None),
        ({"sessions": 1}, 45, 90, None, 0),  # connected for long
        ({"is_disabled": True}, 1, 90, GivingBack.DISABLED, 1),
        ({"is_disabled": True}, None, None, GivingBack.DISABLED, None),
        ({"is_disabled": True, "sessions": 1}, 1, 90, None, 0),
        ({"is_locked": True}, 1, 90, None, 1),
    ],
)
def test_an_account_could_give_back_what_nobody_uses(
    changes: dict[str, object],
    last_days: float | None,
    known_days: int | None,
    reason: GivingBack | None,
    unused: int | None,
) -> None:
    found = judge(
        replace(ACCOUNT, **changes),  # type: ignore[arg-type]
        None if last_days is None else ago(last_days),
        None if known_days is None else ago(known_days),
        days=30,
        now=NOW,
    )
    assert (found.reason, found.unused_days) == (reason, unused)


def test_what_becomes_free_is_what_they_hold_alone() -> None:
    found = [
        judge(ACCOUNT, ago(40), ago(90), days=30, now=NOW),
        judge(replace(ACCOUNT, is_disabled=True), ago(1), ago(90), days=30, now=NOW),
        judge(replace(ACCOUNT, sessions=1), None, ago(90), days=30, now=NOW),
        judge(replace(ACCOUNT, desktops=0, own_desktops=0), None, None, days=30, now=NOW),
    ]
    counts = summarize(found)
    assert (counts.accounts, counts.holders, counts.connected) == (4, 3, 1)
    assert (counts.could_return, counts.desktops, counts.not_judged) == (2, 2, 1)
    assert counts.by_reason == {GivingBack.UNUSED: 1, GivingBack.DISABLED: 1}


@pytest.mark.parametrize(
    ("reason", "does"),
    [
        ("The number of licenses is insufficient.", True),
        ("License server unreachable", True),
        ("UnavailableLicenses", True),
        ("桌面接入许可已用完", True),
        ("授权数不足", True),
        ("授权失败：用户名或密码错误", False),
        ("The user name or password is incorrect.", False),
        ("No available desktop in the desktop pool.", False),
        ("", False),
    ],
)
def test_a_reason_names_a_licence_in_the_sources_own_words(reason: str, does: bool) -> None:
    assert names_licence(reason) is does


@pytest.mark.parametrize("days", [0, 91])
def test_days_are_bounded(days: int) -> None:
    with pytest.raises(Invalid):
        check_days(days)
