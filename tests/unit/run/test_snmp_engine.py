"""Who a receiver is to senders of informs: the same across its lives, each life counted."""

from pathlib import Path

import pytest

from yunwei.base.core.errors import Misconfigured
from yunwei.run.snmp_engine import FOLDER, start_engine


def test_each_start_is_one_more_of_the_same_engine(tmp_path: Path):
    first = start_engine(tmp_path, 162, now_s=5.0)
    second = start_engine(tmp_path, 162, now_s=9.0)
    other = start_engine(tmp_path, 1162, now_s=9.0)

    assert (first.boots, second.boots, other.boots) == (1, 2, 1)
    assert first.engine_id == second.engine_id != other.engine_id
    assert second.time_s(12.5) == 3
    # RFC 3411: 5 to 32 octets, the first bit set
    assert 5 <= len(first.engine_id) <= 32
    assert first.engine_id[0] & 0x80


def test_a_damaged_file_is_named_and_not_guessed_at(tmp_path: Path):
    start_engine(tmp_path, 162, now_s=0.0)
    path = tmp_path / FOLDER / "162.json"
    path.write_text("{}", "ascii")

    with pytest.raises(Misconfigured, match="damaged"):
        start_engine(tmp_path, 162, now_s=0.0)


def test_an_engine_that_has_started_too_often_becomes_another(tmp_path: Path):
    first = start_engine(tmp_path, 162, now_s=0.0)
    path = tmp_path / FOLDER / "162.json"
    path.write_text(path.read_text("ascii").replace('"boots": 1', '"boots": 2147483646'), "ascii")

    again = start_engine(tmp_path, 162, now_s=0.0)

    assert (again.boots, again.engine_id != first.engine_id) == (1, True)
