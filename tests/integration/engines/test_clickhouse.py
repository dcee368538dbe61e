"""The door to ClickHouse on a real chDB folder: many threads, true errors, one process."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yunwei.base.core.errors import Bug, EngineAway
from yunwei.base.infra.clickhouse import ClickHouse, open_clickhouse
from yunwei.base.infra.settings import Settings

AT = datetime(2026, 11, 23, 8, 30, 0, 250_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def clickhouse(settings: Settings) -> Iterator[ClickHouse]:
    opened = open_clickhouse(settings)
    opened.command(
        "CREATE TABLE samples (number UInt32, at DateTime64(3, 'UTC'))"
        " ENGINE = MergeTree ORDER BY number"
    )
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def empty_table(clickhouse: ClickHouse) -> None:
    clickhouse.command("TRUNCATE TABLE samples")


def test_times_come_back_aware(clickhouse: ClickHouse) -> None:
    clickhouse.insert("samples", ["number", "at"], [(1, AT)])
    rows = clickhouse.query("SELECT * FROM samples WHERE number = {n:UInt32}", {"n": 1})
    assert rows == [{"number": 1, "at": AT}]


def test_an_arrow_table_goes_in_and_comes_out(clickhouse: ClickHouse) -> None:
    clickhouse.insert("samples", ["number", "at"], [(1, AT), (2, AT)])
    table = clickhouse.query_arrow("SELECT number, at FROM samples ORDER BY number")
    clickhouse.insert_arrow("samples", table)
    assert clickhouse.query("SELECT count() AS n FROM samples") == [{"n": 4}]


def test_more_threads_than_connections_take_turns(clickhouse: ClickHouse) -> None:
    def work(number: int) -> None:
        for _ in range(10):
            clickhouse.insert("samples", ["number", "at"], [(number, AT)] * 10)
            clickhouse.query("SELECT count() FROM samples")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clickhouse.query("SELECT count() AS n, uniq(number) AS kinds FROM samples") == [
        {"n": 1200, "kinds": 12}
    ]


@pytest.mark.parametrize("row", [("text", AT), (-1, AT), (1,)])
def test_a_row_that_does_not_fit_is_a_bug_of_ours_and_harms_no_other(
    clickhouse: ClickHouse, row: tuple[object, ...]
) -> None:
    with pytest.raises(Bug):
        clickhouse.insert("samples", ["number", "at"], [row])
    assert clickhouse.query("SELECT count() AS n FROM samples") == [{"n": 0}]


def test_a_wrong_statement_is_a_bug_and_a_limit_is_not(clickhouse: ClickHouse) -> None:
    with pytest.raises(Bug, match="nowhere"):
        clickhouse.query("SELECT * FROM nowhere")
    with pytest.raises(EngineAway, match="Timeout"):
        clickhouse.query("SELECT sleep(3) SETTINGS max_execution_time = 1")
    assert clickhouse.is_healthy()


def test_a_second_process_is_told_that_the_folder_is_held(
    clickhouse: ClickHouse, settings: Settings
) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from yunwei.base.core.errors import EngineAway\n"
        "from yunwei.base.infra.clickhouse import open_clickhouse\n"
        "from yunwei.base.infra.settings import Settings\n"
        "try: open_clickhouse(Settings(data_dir=Path(sys.argv[1])))\n"
        "except EngineAway as error: print(error)\n"
    )
    words = [sys.executable, "-c", script, str(settings.data_dir)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert "chDB cannot open" in told
    assert clickhouse.is_healthy()


def test_a_closed_folder_opens_again_with_its_rows(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from yunwei.base.infra.clickhouse import open_clickhouse\n"
        "from yunwei.base.infra.settings import Settings\n"
        "for _ in range(2):\n"
        "    opened = open_clickhouse(Settings(data_dir=Path(sys.argv[1])))\n"
        "    opened.command('CREATE TABLE IF NOT EXISTS t (n Int8) ENGINE=MergeTree ORDER BY n')\n"
        "    opened.insert('t', ['n'], [(1,)])\n"
        "    print(opened.query('SELECT count() AS n FROM t')[0]['n'])\n"
        "    opened.close()\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert told.split() == ["1", "2"]


def test_a_server_that_does_not_answer_is_away_and_its_password_untold(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, clickhouse_url="http://someone:geheim@127.0.0.1:9/")
    with pytest.raises(EngineAway) as caught:
        open_clickhouse(settings)
    assert "geheim" not in str(caught.value)
