"""The table of every act is complete: what asks the gate, and what acts far away, has its row. A
new operation, a new act of connectors, a new caller has none and is found here."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import yunwei
from tests.support.every_act import ROWS
from yunwei.base.core.acts import Operation
from yunwei.operate.selfservice.facts.requests import RequestKind
from yunwei.operate.selfservice.rules.acts import OPERATIONS
from yunwei.operate.selfservice.rules.catalogue import build_gate_act
from yunwei.plugins.sdk import contract
from yunwei.plugins.sdk.contract import DesktopAct

SOURCE = Path(yunwei.__file__).parent
ACTING = (
    contract.Connector,
    contract.ListsAlarms,
    contract.RunsScripts,
    contract.ControlsDesktops,
    contract.ChangesDesktops,
)
FAR = frozenset(
    ("start_script", "begin_act", "begin_change", "probe", "list_current_alarms", "read")
)
"""What a connector is told to do, or reads by itself."""
FOLLOWING = frozenset(
    {
        "find_script_orders",
        "read_script_records",
        "read_script_output",
        "stop_script",
        "find_act",
        "read_act",
        "read_desktop",
        "read_change",
        "look_up_change",
        "close",
    }
)
"""What follows an act that passed the gate, or ends it."""
SSH = frozenset({"run_far_task", "run_windows_task"})
"""What a machine is told over SSH or WinRM."""
LEDGER = frozenset({"system_add_tasks", "submit_order", "retry_order"})
"""What gives agents something to do."""
HANDED = frozenset({"system_hand_out", "system_hand_out_to", "offer_to"})
"""What tells agents of it, at once or much later; and of a newer release of them."""
_COMMON = ("read", "probe")
ASKING = frozenset({"pass_gate", "ask_gate"})


def used(function: ast.AST) -> Iterator[str]:
    """Yield what a function calls, or hands on to be called."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            for each in (node.func, *node.args):
                yield from _name(each)


def _name(node: ast.expr) -> Iterator[str]:
    """`read` is many things; of a connector it is what this is about."""
    if isinstance(node, ast.Attribute):
        if node.attr not in _COMMON or "connector" in ast.unparse(node.value):
            yield node.attr
    elif isinstance(node, ast.Name) and node.id not in _COMMON:
        yield node.id


def callers(names: frozenset[str], text: str, module: str) -> set[str]:
    """Return `part.module:function` for every function that uses one of these."""
    if not any(name in text for name in names):
        return set()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        f"{module}:{node.name}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, functions) and not names.isdisjoint(used(node))
    }


def all_callers(names: frozenset[str], *, besides: Iterable[str] = ()) -> set[str]:
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        place = path.relative_to(SOURCE).with_suffix("")
        if place.parts[:2] != ("plugins", "connectors"):
            found |= callers(names, path.read_text(), ".".join(place.parts))
    return found - set(besides)


def test_every_function_that_asks_the_gate_has_a_row() -> None:
    found = all_callers(ASKING, besides=("base.infra.gate:pass_gate",))
    assert found == {row.asks for row in ROWS}


def test_every_function_that_acts_far_away_has_a_row() -> None:
    assert all_callers(FAR | LEDGER | HANDED | SSH) == {place for row in ROWS for place in row.does}


def test_every_operation_and_every_act_of_connectors_is_known() -> None:
    assert {row.operation for row in ROWS} == set(Operation)
    assert set(OPERATIONS) == set(DesktopAct)
    methods = {
        name
        for protocol in ACTING
        for name, each in vars(protocol).items()
        if callable(each) and not name.startswith("_")
    }
    assert methods == FAR | FOLLOWING


@pytest.mark.parametrize("kind", list(RequestKind))
def test_whatever_is_requested_is_self_service_and_held_by_a_freeze_of_changes(
    kind: RequestKind,
) -> None:
    act = build_gate_act(kind, 1, None, title="", is_again=True)  # type: ignore[arg-type]
    if kind is RequestKind.RECLAIM:
        # the provider wants it, so that its authorisation to change things is asked for
        assert (act.operation, act.is_customers) == (Operation.CONFIGURE, False)
        return
    assert act.operation is Operation.SELF_SERVICE
    # more time changes nothing in the desktop cloud
    is_harmless = kind in (RequestKind.OTHER, RequestKind.EXTRA_TIME)
    assert act.comes_to == (() if is_harmless else (Operation.CONFIGURE,))


@pytest.mark.parametrize(
    "text",
    [
        "async def f(c):\n    await run_far_task(c, 1)\n",
        "def f(program):\n    program.run_windows_task(1)\n",
        "async def f(door):\n    await door.start_script(1)\n",
        "def f(self):\n    return self._of.connector.read(1)\n",
        "def f():\n    pass_gate(1)\n",
        "class A:\n    async def f(self, d):\n        await in_thread(d.begin_act, 1)\n",
    ],
)
def test_a_new_caller_is_found(text: str) -> None:
    assert callers(FAR | LEDGER | SSH | ASKING, text, "m") == {"m:f"}
    assert callers(FAR, "def f(path):\n    path.read()\n", "m") == set()
