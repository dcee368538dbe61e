"""Tasks as the signed commands that agents believe. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from yunwei.operate.agents.facts.agents import agent_name
from yunwei.operate.agents.facts.tasks import Handout, WholeOrder
from yunwei_wire.commands import Act, Command, sign_commands

_SCRIPT_ALONG = 16 * 1024
_CANCEL_FOR = timedelta(days=1)
"""A cancel is good for as long as what it calls off may run."""


def render_commands(
    handouts: Sequence[Handout],
    orders: Mapping[int, WholeOrder],
    *,
    key: str,
    sign: Callable[[bytes], bytes],
    now: datetime,
) -> list[tuple[Handout, bytes]]:
    """Return the message of each task. They are signed together: one signature for all."""
    issued_s = int(now.timestamp())
    commands = [_command(each, orders[each.order], now, issued_s) for each in handouts]
    scripts = [_script_along(each, orders[each.order]) for each in handouts]
    messages = sign_commands(commands, scripts, key=key, sign=sign)
    return list(zip(handouts, messages, strict=True))


def _command(handout: Handout, order: WholeOrder, now: datetime, issued_s: int) -> Command:
    until = now + _CANCEL_FOR if handout.is_cancel else order.deadline_at
    return Command(
        act=_act(handout),
        task=handout.task,
        agent=agent_name(handout.agent),
        issued_s=issued_s,
        deadline_s=int(until.timestamp()),
        language=order.language,
        digest=order.digest,
        timeout_s=order.timeout_s,
        output_limit_bytes=order.output_limit_bytes,
        parameters={} if handout.is_cancel else order.parameters,
        secrets=() if handout.is_cancel else order.secrets,
    )


def _act(handout: Handout) -> Act:
    if handout.is_withdrawal:
        return Act.WITHDRAW
    return Act.CANCEL if handout.is_cancel else Act.RUN


def _script_along(handout: Handout, order: WholeOrder) -> str | None:
    """Return a script that is short enough to travel with its command."""
    is_along = not handout.is_cancel and len(order.body) <= _SCRIPT_ALONG
    return order.body if is_along else None
