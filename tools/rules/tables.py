"""Rules that keep rows behind the stores, and what a viewer may not see behind the queries."""

import ast
import re
from collections.abc import Iterator

from tools.rules.module import Broken, Module

PRODUCT = "src/yunwei"
FACES = "src/yunwei/faces"
_MANAGERS = {"objects", "_default_manager", "_base_manager"}
_EXECUTES = {"execute", "executemany", "query", "command", "raw", "stream", "RunSQL", "copy"}
_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|ALTER|CREATE|DROP|WITH|TRUNCATE|GRANT|COPY|MERGE"
    r"|OPTIMIZE|ATTACH|DETACH|BACKUP|RESTORE|LISTEN|NOTIFY|SET) "
)


def rows_only_in_store(module: Module) -> Iterator[Broken]:
    """Refuse Django's managers outside store.py."""
    if not module.is_in(PRODUCT) or module.is_word("store") or module.is_word("migrations"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in _MANAGERS:
            yield (
                node.lineno,
                f".{node.attr} outside a store: read through the part's queries.py, change through"
                " its actions.py; the rows themselves belong to its store.py",
            )


def no_table_by_name(module: Module) -> Iterator[Broken]:
    """Refuse `apps.get_model`, which reaches a table without an import for a contract to see."""
    if not module.is_in("src") or module.is_word("migrations"):
        return
    for call, name in module.calls():
        if name.endswith(".get_model"):
            yield (
                call.lineno,
                "get_model reaches a table past the contracts: ask the part's queries.py (only a"
                " migration may say get_model)",
            )


def no_built_sql(module: Module) -> Iterator[Broken]:
    """Refuse SQL put together from text; values and names have placeholders of their own."""
    if not module.is_in("src"):
        return
    told = (
        "SQL put together from text: write the statement in store.sql with %(name)s, and give the"
        " values beside it (a table's or column's name: psycopg.sql.Identifier, or ClickHouse's"
        " {name:Identifier})"
    )
    seen: set[int] = set()
    for call, _ in module.calls():
        called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        for statement in call.args[:1] if called in _EXECUTES else []:
            if _is_put_together(statement):
                seen.add(statement.lineno)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.expr) and _is_put_together(node) and _SQL.match(_beginning(node)):
            seen.add(node.lineno)
    yield from ((line, told) for line in seen)


def _is_put_together(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(_is_text(side) for side in (node.left, node.right))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and _is_text(node.func.value)
    )


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _beginning(node: ast.expr) -> str:
    """Return the literal text that an expression begins with."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[first, *_]):
            return _beginning(first)
        case ast.BinOp(left=left):
            return _beginning(left)
        case ast.Call(func=ast.Attribute(value=text)):
            return _beginning(text)
    return ""


def faces_say_who_asks(module: Module) -> Iterator[Broken]:
    """Refuse a page or endpoint that asks a part without saying for whom."""
    if not module.is_in(FACES):
        return
    for call, name in module.calls():
        owner, _, function = name.rpartition(".")
        if not owner.startswith("yunwei.") or not owner.endswith(".queries"):
            continue
        if function.startswith("system_"):
            yield (
                call.lineno,
                f"{function} answers without a viewer and is for jobs only: use the query that"
                " takes viewer=",
            )
        elif _is_question(function) and not _names_viewer(call):
            yield (
                call.lineno,
                f"{function} is asked for nobody: pass viewer=request.viewer, so that what is not"
                " theirs looks like what is not there",
            )


def _is_question(function: str) -> bool:
    """Facts are made without a viewer, and who asks cannot say so before that is known."""
    return function[:1].islower() and not function.startswith("viewer_")


def _names_viewer(call: ast.Call) -> bool:
    if any(keyword.arg == "viewer" for keyword in call.keywords):
        return True
    return any("viewer" in ast.unparse(argument) for argument in call.args[:1])


def no_trusted_text(module: Module) -> Iterator[Broken]:
    """Refuse text declared to be safe HTML unless it stands there as a literal."""
    if not module.is_in("src"):
        return
    for call, name in module.calls():
        is_trust = name in {"django.utils.safestring.mark_safe", "markupsafe.Markup"}
        if is_trust and call.args and not isinstance(call.args[0], ast.Constant):
            yield call.lineno, "text declared safe without a look: format_html escapes its parts"
