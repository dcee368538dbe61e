"""Rules about the clock, waiting, loops and what may catch everything."""

import ast
from collections.abc import Iterator

from tools.rules.module import Broken, Module

PRODUCT = "src/yunwei"
LOOP = "src/yunwei/base/infra/loop.py"
INFRA = "src/yunwei/base/infra"
RUN = "src/yunwei/run"
PLUGINS = "src/yunwei/plugins"

_CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "django.utils.timezone.now",
}
_CLOCKS_WITHOUT_ARGUMENT = {"django.utils.timezone.localdate", "django.utils.timezone.localtime"}
_LOOPS = {"asyncio.run", "asyncio.new_event_loop", "asyncio.Runner", "nats.connect", "time.sleep"}
_SLEEPS = {"time.sleep", "asyncio.sleep"}


def one_clock(module: Module) -> Iterator[Broken]:
    """Refuse a look at the machine's clock where a test could not move the time."""
    if not module.is_in("src") or module.is_in(RUN, "*/clock.py"):
        return
    for call, name in module.calls():
        if name in _CLOCKS or (name in _CLOCKS_WITHOUT_ARGUMENT and not call.args):
            yield (
                call.lineno,
                f"{name}() cannot be moved by a test: take `at` or a clock as an argument"
                " (base/infra/clock.py holds the real one; run/ hands it out)",
            )


def loops_are_wired(module: Module) -> Iterator[Broken]:
    """Refuse event loops, connections to the bus and blocking sleeps outside infra and run."""
    if not module.is_in(PRODUCT) or module.is_in(RUN, INFRA):
        return
    for call, name in module.calls():
        if name in _LOOPS:
            yield (
                call.lineno,
                f"{name} belongs to run/ and base/infra/: be an `async def` that is handed what it"
                " needs; base/infra/loop.py repeats it, run/ starts it",
            )


def plugins_do_not_wait(module: Module) -> Iterator[Broken]:
    """Refuse sleeping in a plug-in: schedule, retries and back-off belong to collect and notify."""
    if not module.is_in(PLUGINS) or module.is_in("src/yunwei/plugins/sdk"):
        return
    for call, name in module.calls():
        if name in _SLEEPS:
            yield (
                call.lineno,
                f"a plug-in never waits ({name}): raise SourceThrottled(retry_after_s) or"
                " SendError; who calls it decides when to come back",
            )


def tests_do_not_sleep(module: Module) -> Iterator[Broken]:
    """Refuse a test that hopes that so much time is enough."""
    is_test = module.is_in("tests") or "/tests/" in module.path
    if not is_test or module.is_in("tests/support"):
        return
    waiting = _lines_of_waiting(module.tree)
    for call, name in module.calls():
        if name in _SLEEPS and call.lineno not in waiting and not _is_zero(call):
            yield (
                call.lineno,
                f"{name} in a test is either too short or too long: move the clock, or wait for the"
                " condition with a function called wait_… (tests/support has some)",
            )


def _lines_of_waiting(tree: ast.Module) -> set[int]:
    """Return the lines of functions that wait for a condition, and say so in their name."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.lstrip("_").startswith("wait")
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def _is_zero(call: ast.Call) -> bool:
    """asyncio.sleep(0) only lets others run."""
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def one_loop_catches_all(module: Module) -> Iterator[Broken]:
    """Refuse `except Exception` that swallows; to tidy up and raise again is allowed."""
    if not module.is_in("src") or module.is_in(LOOP):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _raises(node):
            yield (
                node.lineno,
                "only base/infra/loop.py may catch everything: name the errors of"
                " base/core/errors.py that you can do something about, let the rest rise",
            )


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(each) for each in caught.elts)
    return isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}


def _raises(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise)
