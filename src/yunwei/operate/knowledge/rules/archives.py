"""Articles as one ZIP file of Markdown: a folder for each, a file for each version and language.

`own-12/v3.zh.md` is what article 12 said in its third version, as `rules/files.py` writes it;
`own-12/for-all` stands beside it where readers of all tenants see the article. Nothing of a name in
an archive is ever used as a path. Pure.
"""

import io
import re
import stat
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.errors import Invalid
from yunwei.operate.knowledge.facts.articles import LANGUAGES, Content
from yunwei.operate.knowledge.rules.files import ArticleFile, join_files, read_file, write_file

LARGEST_BYTES = 10 * 1024 * 1024
MOST_ARTICLES, MOST_VERSIONS = 500, 100
_MOST_FILES = 5000
_LARGEST_FILE = 256 * 1024
_LARGEST_WHOLE = 50 * 1024 * 1024
_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,79})/v([1-9][0-9]{0,3})\.(zh|en)\.md", re.ASCII)
_FOR_ALL = re.compile(r"([a-z0-9][a-z0-9-]{0,79})/for-all", re.ASCII)
_ENCRYPTED = 0x1
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedArticle:
    """One article of an archive. folder: its own. versions: what it said, the first version
    first."""

    folder: str
    versions: tuple[Content, ...]
    is_for_all: bool = False


def pack_articles(articles: Iterable[PackedArticle], *, at: datetime) -> bytes:
    """Return an archive of articles; the same articles at the same time make the same bytes."""
    target = io.BytesIO()
    stamp = max(at.timetuple()[:6], _FIRST_DAY)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for article in articles:
            for name, text in _files(article):
                info = zipfile.ZipInfo(f"{article.folder}/{name}", date_time=stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, text)
    return target.getvalue()


def _files(article: PackedArticle) -> Iterator[tuple[str, str]]:
    for number, content in enumerate(article.versions, start=1):
        for language in content.texts:
            yield f"v{number}.{language}.md", write_file(content, language)
    if article.is_for_all:
        yield "for-all", ""


def unpack_articles(data: bytes) -> tuple[PackedArticle, ...]:
    """Return the articles of an archive, in its order; raises Invalid at `file`, saying in which
    file it is wrong. What is not said to be an article is not passed over but refused."""
    if len(data) > LARGEST_BYTES:
        raise Invalid("file", "the file is larger than 10 MB")
    found: dict[str, dict[int, dict[str, ArticleFile]]] = defaultdict(lambda: defaultdict(dict))
    for_all: set[str] = set()
    for name, text in _read_files(data):
        if marked := _FOR_ALL.fullmatch(name):
            for_all.add(marked[1])
            continue
        folder, number, language = _placed(name)
        found[folder][number][language] = _read(name, text)
    if not found:
        raise Invalid("file", "there is no article in it")
    if len(found) > MOST_ARTICLES:
        raise Invalid("file", f"at most {MOST_ARTICLES} articles")
    return tuple(
        PackedArticle(folder=folder, versions=_join(folder, versions), is_for_all=folder in for_all)
        for folder, versions in found.items()
    )


def _read_files(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _read_entries(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Invalid("file", "this is no ZIP file that can be read") from error


def _read_entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > _MOST_FILES:
        raise Invalid("file", f"at most {_MOST_FILES} files")
    if len({each.filename.lower() for each in entries}) < len(entries):
        raise Invalid("file", "it holds two files of one name")
    left = _LARGEST_WHOLE
    for entry in entries:
        _check_entry(entry)
        # what the archive says of its sizes is not believed
        with archive.open(entry) as opened:
            text = opened.read(_LARGEST_FILE + 1)
        left -= len(text)
        if len(text) > _LARGEST_FILE or left < 0:
            raise Invalid("file", "unpacked, the file is far too large")
        yield entry.filename, text


def _check_entry(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if entry.flag_bits & _ENCRYPTED:
        raise Invalid("file", "the file is locked by a password")
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise _misplaced(entry.filename)
    if not _NAME.fullmatch(entry.filename) and not _FOR_ALL.fullmatch(entry.filename):
        raise _misplaced(entry.filename)


def _misplaced(name: str) -> Invalid:
    return Invalid("file", f"this does not belong to an article: {name}"[:300])


def _placed(name: str) -> tuple[str, int, str]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise _misplaced(name)
    return match[1], int(match[2]), match[3]


def _read(name: str, text: bytes) -> ArticleFile:
    try:
        return read_file(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Invalid("file", f"file {name}: this is not text") from error
    except Invalid as error:
        raise Invalid("file", f"file {name}: {error.message}"[:300]) from error


def _join(folder: str, versions: Mapping[int, Mapping[str, ArticleFile]]) -> tuple[Content, ...]:
    if len(versions) > MOST_VERSIONS:
        raise Invalid("file", f"file {folder}: at most {MOST_VERSIONS} versions")
    joined = []
    for _number, files in sorted(versions.items()):
        try:
            joined.append(join_files({each: files[each] for each in LANGUAGES if each in files}))
        except Invalid as error:
            raise Invalid("file", f"file {folder}: {error.message}") from error
    return tuple(joined)
