"""A signature's digest stands for what it says, not for how it is written down."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from yunwei.operate.service.facts.acceptances import Method, Signature
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.rules.acceptances import digest_of

SIGNED = Signature(
    side=ContractSide.CUSTOMER,
    by="contact",
    name="李主任",
    at=datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
    method=Method.SCREEN,
    address="127.0.0.1",
    seal="5e",
    remark="",
    feedback=None,
    scan="",
)


def test_the_same_moment_told_in_another_zone_is_the_same_signature() -> None:
    read_again = replace(SIGNED, at=SIGNED.at.astimezone(ZoneInfo("UTC")))
    assert digest_of(read_again) == digest_of(SIGNED)


def test_another_moment_or_name_is_another_signature() -> None:
    later = replace(SIGNED, at=SIGNED.at.replace(minute=1))
    other = replace(SIGNED, name="王主任")
    assert len({digest_of(SIGNED), digest_of(later), digest_of(other)}) == 3
