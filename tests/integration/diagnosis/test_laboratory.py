"""A fault in the simulated cloud, a person who complains, and the verdict; the small version of the
bench. What could not be read is called not measured rather than guessed."""

from dataclasses import replace

import pytest

from tests.support.alarms import Installation
from tests.support.laboratory import CAUSES, Laboratory, loudest_alarm
from yunwei.base.infra.clickhouse import ClickHouse
from yunwei.operate.diagnosis.facts.verdicts import Part, Standing
from yunwei.operate.diagnosis.rules.registry import all_checks
from yunwei.operate.diagnosis.rules.scoring import diagnose
from yunwei.plugins.sdk.contract import Read

SEED = 1
QUIET = frozenset({Read.TRAPS, Read.ALARMS})


@pytest.fixture
def laboratory(installation: Installation, clickhouse: ClickHouse) -> Laboratory:
    return Laboratory(installation, clickhouse)


@pytest.mark.timeout(600)
def test_the_cause_is_named_and_nobody_else_is_accused(laboratory: Laboratory) -> None:
    for fault in ("host_down", "gateway_loss"):
        trial = laboratory.run([fault], SEED)
        told = [(each.check, each.score, each.text.en) for each in trial.verdict.accused]
        assert trial.verdict.causes[:1] == (CAUSES[fault],), told
        assert not trial.accuses_falsely, told
    own = laboratory.run(["own_far"], SEED)
    assert own.verdict.is_ours is False
    assert loudest_alarm(own.evidence) == ""


@pytest.mark.timeout(600)
def test_without_alarms_and_connections_nothing_is_guessed(laboratory: Laboratory) -> None:
    quiet = laboratory.run(["broker_down"], SEED, without=QUIET)
    # the connections alone still tell
    assert quiet.verdict.causes[:1] == ("broker_down",)
    blind = diagnose(replace(quiet.evidence, crowd=None), all_checks())
    standings = {part.part: part.standing for part in blind.parts}
    assert standings[Part.BROKER] is Standing.NOT_MEASURED
    assert standings[Part.GATEWAY] is Standing.NOT_MEASURED
    assert "broker_down" not in blind.causes
    no_rtt = [replace(each, rtt_s=None) for each in quiet.evidence.crowd or ()]
    deaf = diagnose(replace(quiet.evidence, crowd=tuple(no_rtt)), all_checks())
    assert deaf.causes[:1] == ("broker_down",)
