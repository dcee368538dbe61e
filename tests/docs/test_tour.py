"""The tour's examples run on the trap that the tour sends."""

import doctest
import re
import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.docs.pages import blocks, commands, read_page
from yunwei.base.core.alarm import RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.plugins.sdk.contract import SourceContext
from yunwei.plugins.sdk.manifest import CONNECTORS, load
from yunwei.plugins.sdk.snmp.notification import decode_trap
from yunwei.run import demo

TOUR = "docs/tour.md"
AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def sent_words() -> list[str]:
    [words] = [words for page, words in commands() if page == TOUR and words[0] == "snmptrap"]
    return words


@pytest.fixture
def trap() -> bytes:
    """The datagram that net-snmp makes of the tour's command."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving:
        receiving.bind(("127.0.0.1", 0))
        receiving.settimeout(10)
        here = f"127.0.0.1:{receiving.getsockname()[1]}"
        words = [here if word.startswith("127.0.0.1:") else word for word in sent_words()]
        subprocess.run(words, check=True, timeout=10)
        return receiving.recv(9000)


@pytest.fixture
def parse() -> Callable[..., RawAlarm]:
    context = SourceContext(
        tenant=TenantId(1), source=SourceId(1), settings={}, clock=SystemClock()
    )
    connector = load(CONNECTORS, "snmp_trap")(context)

    def parse_one(data: bytes, *, address: str) -> RawAlarm:
        decoded = decode_trap(data, address=address)
        [raw] = connector.parse_trap(decoded, native_id="tour", received_at=AT)
        return raw

    return parse_one


def test_examples_of_the_tour_run(trap: bytes, parse: Callable[..., RawAlarm]) -> None:
    examples = "\n".join(
        block.text for block in blocks() if block.page == TOUR and block.text.startswith(">>> ")
    )
    names = {"trap": trap, "parse": parse, "replace": replace, "timedelta": timedelta}
    told = doctest.DocTestParser().get_doctest(examples, names, TOUR, TOUR, 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(told, out=said.append)
    assert result.attempted >= 8
    assert not result.failed, "".join(said)


def test_the_tour_speaks_to_the_demo() -> None:
    words = sent_words()
    assert demo.COMMUNITY in words
    assert "127.0.0.1:1162" in words


def test_the_tour_has_ten_stops() -> None:
    stops = re.findall(r"^### (\d+)\. ", read_page(TOUR), re.MULTILINE)
    assert stops == [str(number) for number in range(1, 11)]
