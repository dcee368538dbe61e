"""What stands out in a Python script, by its syntax tree. Pure; ruff is asked elsewhere."""

import ast
import warnings
from collections.abc import Iterator, Mapping

from yunwei.operate.scripts.facts.library import Finding
from yunwei.operate.scripts.rules.checks.words import found

_CALLS: Mapping[str, str] = {
    "shutil.rmtree": "YW101",
    "os.removedirs": "YW101",
    "eval": "YW104",
    "exec": "YW104",
    "compile": "YW104",
    "__import__": "YW107",
    "importlib.import_module": "YW107",
    "getattr": "",
    "os.system": "YW104",
    "os.popen": "YW104",
    "subprocess.getoutput": "YW104",
    "subprocess.getstatusoutput": "YW104",
    "pickle.loads": "YW104",
    "marshal.loads": "YW104",
    "urllib.request.urlretrieve": "YW105",
    "os.kill": "YW111",
    "os.killpg": "YW111",
    "input": "YW112",
    "getpass.getpass": "YW112",
    "winreg.DeleteKey": "YW110",
    "winreg.DeleteValue": "YW110",
    "winreg.SetValueEx": "YW110",
    "winreg.CreateKey": "YW110",
    "os.reboot": "YW103",
}
_PROCESSES = frozenset(
    f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")
)


def check_python(body: str) -> tuple[Finding, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that is no escape is ruff's to tell
            tree = ast.parse(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (found(getattr(error, "lineno", None) or 1, "YW001", str(error)),)
    names = dict(_imports(tree))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return tuple(finding for call in calls for finding in _check_call(call, names))


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield by which names of this script what is known: `import os as o` gives (o, os)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield (
                    each.asname or each.name.split(".")[0],
                    each.name if each.asname else (each.name.split(".")[0]),
                )
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def _check_call(call: ast.Call, names: Mapping[str, str]) -> Iterator[Finding]:
    name = _name_of(call.func, names)
    if name is None:
        return
    if code := _CALLS.get(name, ""):
        yield found(call.lineno, code, name)
    if name in _PROCESSES:
        yield from _check_process(call, name)


def _name_of(node: ast.expr, names: Mapping[str, str]) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def _check_process(call: ast.Call, name: str) -> Iterator[Finding]:
    given = {each.arg: each.value for each in call.keywords}
    shell = given.get("shell")
    if shell is not None and not (isinstance(shell, ast.Constant) and not shell.value):
        yield found(call.lineno, "YW104", f"{name}(shell=…)")
    first = call.args[0] if call.args else given.get("args")
    if isinstance(first, ast.List) and first.elts:
        head = first.elts[0]
        if not isinstance(head, ast.Constant):
            yield found(call.lineno, "YW107", name)
        elif str(head.value).rsplit("/", 1)[-1] in {"shutdown", "reboot", "poweroff", "halt"}:
            yield found(call.lineno, "YW103", str(head.value))
