"""Articles leave as a ZIP file and come back as they were; a file that is anything else is refused
before anything of it is used."""

import io
import stat
import zipfile
from datetime import UTC, datetime

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.operate.knowledge.facts.articles import Audience, Content, Links, Text, Topic
from yunwei.operate.knowledge.rules import archives
from yunwei.operate.knowledge.rules.archives import PackedArticle, pack_articles, unpack_articles
from yunwei.operate.knowledge.rules.files import write_file

AT = datetime(2026, 11, 29, 8, tzinfo=UTC)


def content(title: str = "打印慢", **texts: Text) -> Content:
    return Content(
        audience=Audience.USERS,
        topic=Topic.DEVICES,
        texts=texts or {"zh": Text(title=title, tags=("打印",), steps="## 标题里的井号\n重启。")},
        links=Links(alarm_types=("snmp.link_down",)),
    )


BOTH = content(zh=Text(title="慢", steps="一"), en=Text(title="Slow", steps="one", causes="Load"))
GOOD = write_file(BOTH, "en").encode()


def packed(**files: bytes) -> bytes:
    """A ZIP file of these files; `__` in a name is a slash, `_` a point."""
    return packed_as(
        {name.replace("__", "/").replace("_", "."): said for name, said in files.items()}
    )


def packed_as(files: dict[str, bytes], **changes: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, said in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in changes.items():
                setattr(info, field, value)
            archive.writestr(info, said)
    return target.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as told:
        unpack_articles(data)
    assert told.value.field == "file"
    return told.value.why


def test_what_leaves_comes_back_with_all_its_versions_and_languages() -> None:
    older = content(zh=Text(title="慢", steps="零"))
    articles = (
        PackedArticle(folder="own-1", versions=(older, BOTH)),
        PackedArticle(folder="own-2", versions=(BOTH,), is_for_all=True),
    )
    data = pack_articles(articles, at=AT)
    assert unpack_articles(data) == articles
    assert pack_articles(articles, at=AT) == data
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert names[:3] == ["own-1/v1.zh.md", "own-1/v2.zh.md", "own-1/v2.en.md"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/own-1/v1.en.md",
        "own-1/../v1.en.md",
        "own-1\\v1.en.md",
        "C:/own-1/v1.en.md",
        "own-1/deeper/v1.en.md",
        "own-1/v0.en.md",
        "own-1/v1.fr.md",
        "own-1/v1.en.md.exe",
        "OWN-1/v1.en.md",
        "own-1/run.sh",
        "v1.en.md",
    ],
)
def test_a_name_that_is_no_article_s_is_refused(name: str) -> None:
    assert "does not belong to an article" in refused(packed_as({name: GOOD}))


def test_a_link_and_a_locked_file_are_refused() -> None:
    link = packed_as({"own-1/v1.en.md": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)
    assert "does not belong" in refused(link)
    locked = bytearray(packed_as({"own-1/v1.en.md": GOOD}))
    # in the file's own head, and in the list of files
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    assert refused(bytes(locked)) == "the file is locked by a password"


def test_what_is_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(own1__v1_en_md=b"\0" * 40_000_000)
    assert len(bomb) < 100_000
    assert "far too large" in refused(bomb)
    assert "10 MB" in refused(b"PK" + b"\0" * archives.LARGEST_BYTES)
    many = {f"own-{number}/v1.en.md": GOOD for number in range(archives.MOST_ARTICLES + 1)}
    assert refused(packed_as(many)) == "at most 500 articles"
    deep = {f"own-1/v{number}.en.md": GOOD for number in range(1, archives.MOST_VERSIONS + 2)}
    assert refused(packed_as(deep)) == "file own-1: at most 100 versions"
    monkeypatch.setattr(archives, "_LARGEST_WHOLE", 3 * len(GOOD))
    whole = {f"own-{number}/v1.en.md": GOOD for number in range(4)}
    assert "far too large" in refused(packed_as(whole))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no ZIP file"),
        (b"PK\x03\x04 and nothing more", "no ZIP file"),
        (packed_as({}), "no article in it"),
        (packed_as({"own-1/for-all": b""}), "no article in it"),
        (packed(own1__v1_en_md=b"\xff\xfe"), "file own1/v1.en.md: this is not text"),
        (packed(own1__v1_en_md=b"# Hello"), "file own1/v1.en.md: it has to begin with a head"),
        (packed(own1__v1_en_md=GOOD, OWN1__v1_en_md=GOOD), "two files of one name"),
    ],
)
def test_what_is_no_archive_of_articles_says_what_is_wrong_and_where(data: bytes, why: str) -> None:
    assert why in refused(data)


def test_a_damaged_archive_is_refused() -> None:
    data = bytearray(packed(own1__v1_en_md=GOOD * 20))
    middle = len(data) // 3
    data[middle : middle + 20] = b"\0" * 20
    assert refused(bytes(data))


def test_languages_that_contradict_each_other_are_refused() -> None:
    other = write_file(content(zh=Text(title="慢", steps="一")), "zh").replace("devices", "data")
    said = refused(packed(own1__v1_en_md=GOOD, own1__v1_zh_md=other.encode()))
    assert said == "file own1: the languages of an article say different things of it"
