"""Refuses texts that only half of the people can read: untranslated, wrongly so, not marked.

How texts are gathered and compiled is in tools/messages.py; what a good translation is, is not
for a machine to say.
"""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from tools.findings import ROOT, Finding, files_below, tell
from tools.messages import (
    KEYWORDS,
    PRODUCT,
    catalogs,
    gather,
    is_translated,
    merge,
    read_catalog,
    render_catalog,
)

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*(?::[^}]*)?\}|</?\w+[^>]*>")
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]")
# Names that are the same in every language. A unit stands beside its number, and is data.
SAME_EVERYWHERE = {
    "Yunwei", "云维", "English", "中文", "简体中文", "API", "CPU", "CSV", "GPU", "HTML", "HTTP",
    "HTTPS", "ID", "IP", "JSON", "MFA", "NATS", "OID", "OpenAPI", "PDF", "PostgreSQL", "ClickHouse",
    "REST", "RTT", "SMTP", "SNMP", "TOTP", "UDP", "URL", "UTC", "XLSX", "GB", "MB", "KB", "TB",
    "ms", "EN", "AK", "SK", "Huawei", "Workspace", "WeCom", "QR", "vCPU",
}  # fmt: skip
TEMPLATE_CODE = re.compile(
    r"\{%-?\s*comment.*?endcomment\s*%\}"
    r"|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
SEEN_ATTRIBUTES = {"title", "placeholder", "alt", "aria-label", "aria-description", "label"}


def check_catalog(path: str, catalog: Catalog, gathered: Catalog) -> Iterator[Finding]:
    """Compare one language with what the product says now."""
    for message in gathered:
        if not message.id:
            continue
        translated = catalog.get(message.id, message.context)
        if translated is None:
            yield Finding(
                path=path, line=0, message=f"{say(message)} is missing: `make messages`, translate"
            )
        else:
            yield from check_translation(path, translated)
    for message in catalog:
        if message.id and gathered.get(message.id, message.context) is None:
            yield Finding(path=path, line=0, message=f"{say(message)} is not used: `make messages`")


def check_translation(path: str, message: Message) -> Iterator[Finding]:
    """Refuse a translation that is empty, unsure, or fills in other things than the original."""
    line = message.lineno or 0
    if not is_translated(message.string):
        yield Finding(path=path, line=line, message=f"{say(message)} has no translation")
        return
    if message.fuzzy:
        yield Finding(path=path, line=line, message=f"{say(message)} is marked fuzzy: settle it")
    originals = message.id if isinstance(message.id, list | tuple) else [message.id]
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    for number, form in enumerate(forms):
        # The last form stands for many; a language with one form, as Chinese, has only that one.
        original = originals[-1] if number == len(forms) - 1 else originals[0]
        if placeholders(form or "") != placeholders(original):
            wanted = " ".join(sorted(placeholders(original))) or "nothing"
            given = " ".join(sorted(placeholders(form or ""))) or "nothing"
            told = f"{say(message)} fills in {given} where the original fills in {wanted}"
            yield Finding(path=path, line=line, message=told)


def placeholders(text: str) -> frozenset[str]:
    """Return what is filled into a text, HTML tags included; how often and where may differ."""
    return frozenset(PLACEHOLDER.findall(text))


def say(message: Message) -> str:
    """Return the original of a message, short enough for one line."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return repr(text if len(text) < 60 else text[:57] + "…")


class UnmarkedText(HTMLParser):
    """Gathers (line, text) that a template shows to people without asking for its translation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "code", "pre", "kbd"}:
            self._silent += 1
        for name, text in attrs:
            if name in SEEN_ATTRIBUTES and text:
                self._look_at(text)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "code", "pre", "kbd"}:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._look_at(data)

    def _look_at(self, text: str) -> None:
        words = re.findall(r"[\w.-]+", text)
        if any(WORD.search(word) and word not in SAME_EVERYWHERE for word in words):
            above = text[: len(text) - len(text.lstrip())].count("\n")
            self.found.append((self.getpos()[0] + above, " ".join(text.split())))


def check_template(path: str, text: str) -> Iterator[Finding]:
    """Refuse words in a template that stand outside {% translate %}."""
    parser = UnmarkedText()
    # Template code is blanked in place, so that line numbers stay true.
    parser.feed(TEMPLATE_CODE.sub(_blank, text))
    parser.close()
    for line, words in parser.found:
        yield Finding(path=path, line=line, message=f"{words[:60]!r}: write {{% translate … %}}")


def _blank(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", code.group())


def check_python(path: str, text: str) -> Iterator[Finding]:
    """Refuse Chinese in the code of pages: the source is English, Chinese is in the catalogue. And
    a name for marking texts that gathering does not know: what it marks would stay English."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for each in node.names:
                if each.name in KEYWORDS and each.asname not in (None, *KEYWORDS):
                    message = f"{each.name} as {each.asname}: its texts are not gathered"
                    yield Finding(path=path, line=node.lineno, message=message)
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CHINESE.search(node.value)
            and node.value not in SAME_EVERYWHERE
        ):
            message = f"{node.value[:30]!r}: write _() of English, translate in the catalogue"
            yield Finding(path=path, line=node.lineno, message=message)


def check(root: Path) -> Iterator[Finding]:
    """Check every catalogue, template and page below `root`."""
    gathered = gather(root)
    for file in catalogs(root):
        path = file.relative_to(root).as_posix()
        catalog = read_catalog(file)
        found = list(check_catalog(path, catalog, gathered))
        yield from found
        if not found and render_catalog(merge(gathered, catalog)) != file.read_text("utf-8"):
            yield Finding(path=path, line=0, message="is not in its order: `make messages`")
    for file in files_below(root, f"{PRODUCT}/faces", endings=(".html", ".py")):
        path = file.relative_to(root).as_posix()
        judge = check_python if file.suffix == ".py" else check_template
        yield from judge(path, file.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(tell("messages", check(ROOT)))
