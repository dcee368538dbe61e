"""What a target is that was begun over SSH or WinRM, by what became of it."""

import pytest

from yunwei.base.core.far import Ran
from yunwei.operate.runs.rules.ssh import is_tried_again, state_of_end


@pytest.mark.parametrize(
    ("ran", "state", "reason"),
    [
        (Ran(code=0), "succeeded", ""),
        (Ran(code=-1073741819), "failed", ""),
        (Ran(code=137, is_late=True), "timed_out", ""),
        (Ran(code=None, is_late=True), "timed_out", ""),
        (Ran(code=None, is_stopped=True), "cancelled", ""),
        (Ran(code=None, is_stopped=True, is_lost=True), "interrupted", "ssh_lost"),
        (Ran(code=None, is_late=True, is_lost=True), "interrupted", "ssh_lost"),
        (Ran(code=None, is_lost=True), "interrupted", "ssh_lost"),
        (Ran(code=None, is_lost=True, refusal="no_python"), "refused", "no_python"),
    ],
)
def test_what_became_of_it_is_told_as_it_is(ran: Ran, state: str, reason: str) -> None:
    assert state_of_end(ran) == (state, reason)


def test_only_what_may_be_otherwise_a_moment_later_is_tried_again() -> None:
    assert is_tried_again("winrm_unreachable", 1)
    assert not is_tried_again("winrm_unreachable", 3)
    for reason in ("winrm_login", "winrm_certificate_changed", "winrm_no_shell"):
        assert not is_tried_again(reason, 1)
