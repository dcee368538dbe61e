"""The checker of plug-in folders: clean on ours, and every rule of it bites."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.check_connectors import CHECKS, PLUGINS, RULES, check
from tools.findings import ROOT
from yunwei.plugins.sdk.manifest import CHANNELS, CONNECTORS, manifests

# The connector that promises most stands for all of them, whichever it is.
BEST = max(manifests(CONNECTORS).values(), key=lambda each: len(each.reads))

type Harm = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of one good connector in a tree with nothing else."""
    for kind in RULES:
        (tmp_path / PLUGINS / kind).mkdir(parents=True)
    copy = tmp_path / PLUGINS / "connectors" / BEST.slug
    shutil.copytree(
        ROOT / PLUGINS / "connectors" / BEST.slug,
        copy,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return copy


def found(folder: Path) -> list[str]:
    return [str(each) for each in check(folder.parents[4])]


def change(file: str, old: str, new: str) -> Harm:
    def harm(folder: Path) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return harm


def put(file: str, text: str) -> Harm:
    def harm(folder: Path) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, "utf-8")

    return harm


def remove(file: str) -> Harm:
    def harm(folder: Path) -> None:
        path = folder / file
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    return harm


FIXTURE = f"fixtures/{BEST.versions[0]}/{BEST.reads[0]}/more.json"

HARMS: list[tuple[Harm, str]] = [
    (remove("icon.svg"), "there is no icon.svg"),
    (put("manifest.toml", "slug = "), "Invalid value"),
    (change("manifest.toml", "vendor", "vendors"), "unknown field"),
    (change("manifest.toml", f'slug = "{BEST.slug}"', 'slug = "other"'), "not the folder's name"),
    (change("manifest.toml", "reads = [", 'reads = ["dreams", '), "there is no read dreams"),
    (change("manifest.toml", "[every_s]", "[every_s]\ntraps = 5"), "every_s must name each read"),
    (change("manifest.toml", 'zh = "', 'zh = ""\n# "'), "both languages"),
    (change("manifest.toml", 'default = "verify"', 'default = "no"'), "'no' is no choice"),
    (
        change("manifest.toml", 'kind = "secret"', 'kind = "secret"\ndefault = "x"'),
        "a secret has no default",
    ),
    (change("manifest.toml", 'pattern = "', 'pattern = "('), "the pattern is wrong"),
    (change("quality.toml", 'paging = "done"', ""), "paging is not claimed"),
    (change("quality.toml", 'paging = "done"', 'pagings = "done"'), "there is no rule pagings"),
    (change("quality.toml", 'paging = "done"', 'paging = "soon"'), "paging: done, todo or"),
    (
        change("quality.toml", 'paging = "done"', 'paging = { exempt = "no" }'),
        "paging: done, todo or",
    ),
    (change("quality.toml", 'paging = "done"', 'paging = "todo"'), "paging is todo"),
    (change("quality.toml", "[gold]", "[platinum]"), "there is no tier platinum"),
    (change("doc.md", "### Rights", "### Right"), "there is no section '### Rights'"),
    (change("doc.md", "### 已知限制", ""), "there is no section '### 已知限制'"),
    (change("doc.md", "### Owner", ""), "there is no section '### Owner'"),
    (put("icon.svg", "<svg"), "not well-formed"),
    (put("icon.svg", "<html/>"), "not an SVG"),
    (change("icon.svg", "</svg>", "<script>1</script></svg>"), "scripts, images"),
    (change("icon.svg", "<svg", '<svg onload="x()"'), "scripts, images"),
    (remove(f"fixtures/{BEST.versions[0]}/{BEST.reads[0]}"), "has none for the read"),
    (put(FIXTURE, "{"), "is no JSON"),
    (put(FIXTURE, '{"secret_key": "abc"}'), "holds a secret"),
    (put(FIXTURE, '{"mail": "li.na@real-company.cn"}'), "an address at real-company.cn"),
    (
        put("more.py", 'from x import Observation\nNAME = "desktop.dreams"\n'),
        "there is no metric 'desktop.dreams'",
    ),
    (
        change("quality.toml", 'metrics_known = "done"', 'metrics_known = { exempt = "too hard" }'),
        "needs no exemption any more",
    ),
    (remove("alarms.toml"), "claimed without alarms.toml"),
    (put("alarms.toml", '[x.title]\nzh = "一"\nen = "one"\n'), "x needs title, cause, advice"),
    (remove("tests"), "no test names .probe("),
]


def test_our_folders_are_clean() -> None:
    assert [str(each) for each in check(ROOT)] == []


def test_the_copy_is_clean(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize(("harm", "wanted"), HARMS, ids=map(str, range(len(HARMS))))
def test_each_rule_bites(folder: Path, harm: Harm, wanted: str) -> None:
    harm(folder)
    messages = found(folder)
    assert any(wanted in each for each in messages), messages
    assert all("\n" not in each for each in messages)


def test_no_folder_is_passed_over() -> None:
    seen = {kind: set(manifests(kind)) for kind in (CONNECTORS, CHANNELS)}
    for kind, slugs in ((CONNECTORS, "connectors"), (CHANNELS, "channels")):
        folders = {each.name for each in (ROOT / PLUGINS / slugs).iterdir() if each.is_dir()}
        assert folders - {"__pycache__"} == seen[kind]


def test_every_check_has_a_sentence_about_itself() -> None:
    assert all((each.__doc__ or "").rstrip().endswith(".") for each in CHECKS)
