"""Gathers the texts that people see and compiles their translations, without the gettext programs.

English is the language of the source; each other language has its catalogue in src/yunwei/locale.
Whether a catalogue is complete and right is told by tools/check_messages.py.
"""

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.findings import ROOT, files_below

PRODUCT = "src/yunwei"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAG = "Translators:"
HEADER = """\
# The texts of Yunwei in another language.
# `make messages` adds new texts, drops those no longer used, and keeps what is translated.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

"""


def gather(root: Path) -> Catalog:
    """Return the texts of all Python files and templates of the product below `root`."""
    catalog = Catalog()
    for file in files_below(root, PRODUCT, endings=(".py", ".html", ".txt", ".xml")):
        place = file.relative_to(root / PRODUCT)
        if file.suffix != ".py" and "templates" not in place.parts:
            continue
        if "migrations" in place.parts or "tests" in place.parts:
            continue
        for message, comments, context in read_messages(file):
            # Without line numbers: two people's changes would meet in every line of the catalogue.
            catalog.add(
                message,
                locations=[(place.as_posix(), 0)],
                auto_comments=comments,
                context=context,
            )
    return catalog


def read_messages(
    file: Path,
) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Yield (text or its singular and plural, comments to translators, context) of one file."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        text = _as_python(text, str(file))
    source = io.BytesIO(text.encode())
    for _, message, comments, context in extract(
        "python", source, keywords=KEYWORDS, comment_tags=[COMMENT_TAG]
    ):
        if message:
            yield message, comments, context


def _as_python(template: str, name: str) -> str:
    """Return a template's texts as the calls that Django's own extraction makes of them."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    # Outside the calls, Django leaves a template's letters as X's: no Python, but harmless to read.
    return templatize(template, origin=name)


def catalogs(root: Path) -> list[Path]:
    """Return the catalogue files of all languages."""
    return sorted((root / PRODUCT / "locale").glob("*/LC_MESSAGES/django.po"))


def read_catalog(file: Path) -> Catalog:
    """Return the catalogue in `file`; its language is the name of its folder."""
    with file.open("rb") as source:
        return read_po(source, locale=file.parent.parent.name, charset="utf-8")


def render_catalog(catalog: Catalog) -> str:
    """Return the catalogue as the text of a .po file, in an order that does not depend on files."""
    target = io.BytesIO()
    write_po(target, catalog, width=100, omit_header=True, sort_output=True, include_lineno=False)
    # Babel's header has a date, which would make every two changes of a catalogue meet.
    header = HEADER.format(language=catalog.locale, plural_forms=catalog.plural_forms)
    return header + target.getvalue().decode()


def update(root: Path) -> list[str]:
    """Bring every catalogue to what the product says now; return one sentence per language."""
    gathered = gather(root)
    told = []
    for file in catalogs(root):
        known = read_catalog(file)
        merged = merge(gathered, known)
        write_atomically(file, render_catalog(merged))
        missing = sum(not is_translated(message.string) for message in merged if message.id)
        told.append(f"{file.parent.parent.name}: {len(merged)} texts, {missing} to translate")
    return told


def merge(gathered: Catalog, known: Catalog) -> Catalog:
    """Return what is gathered with the translations that are known; the rest of them is dropped."""
    merged = Catalog(locale=known.locale, fuzzy=False)
    for message in gathered:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        merged.add(
            message.id,
            string=old.string if old else "",
            locations=message.locations,
            flags=old.flags & {"fuzzy"} if old else (),
            auto_comments=message.auto_comments,
            user_comments=old.user_comments if old else (),
            context=message.context,
        )
    return merged


def is_translated(string: str | Sequence[str | None] | None) -> bool:
    """Say whether a translation has all its forms."""
    return all(string) if isinstance(string, tuple | list) else bool(string)


def compile_catalogs(root: Path) -> None:
    """Write the .mo file that the running product reads beside every .po file."""
    for file in catalogs(root):
        target = io.BytesIO()
        write_mo(target, read_catalog(file))
        write_atomically(file.with_suffix(".mo"), target.getvalue())


def write_atomically(file: Path, content: str | bytes) -> None:
    """Replace a file at once, so that a running platform never reads half of it."""
    data = content.encode() if isinstance(content, str) else content
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(file)


def main(words: list[str] | None = None) -> int:
    """Update or compile the catalogues."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["update", "compile"])
    command = parser.parse_args(words).command
    if command == "update":
        print("\n".join(update(ROOT)))
    compile_catalogs(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
