"""Checks every connector's and channel's folder: manifest, quality claims, doc, icon, fixtures.

What only running code can show is in tests/connectors/. One line per finding, exit code 1.
"""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from tools.findings import ROOT, Finding, tell
from yunwei.base.core.errors import SourceError
from yunwei.base.core.metrics import METRICS
from yunwei.plugins.sdk.contract import LISTENED, Read
from yunwei.plugins.sdk.manifest import Field, Label, Manifest

PLUGINS = "src/yunwei/plugins"

# Rules by tier, for each kind of plug-in. A tier holds when its rules and those below it do.
RULES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "connectors": {
        "bronze": (
            "manifest_valid",
            "probe_tested",
            "reads_have_fixtures",
            "metrics_known",
            "alarm_codes_mapped",
            "doc_rights_and_limits",
        ),
        "silver": (
            "source_errors_provoked",
            "paging",
            "clock_skew",
            "empty_answer",
            "zero_is_not_missing",
            "budget_measured",
            "owner_named",
        ),
        "gold": (
            "simulator_face",
            "two_vendor_versions",
            "diagnostics_redacted",
            "inventory_deletion",
            "verified_in_the_field",
        ),
    },
    "channels": {
        "bronze": ("manifest_valid", "delivery_tested", "doc_rights_and_limits"),
        "silver": (
            "send_errors_provoked",
            "permanent_told_from_temporary",
            "limits_of_the_receiver",
            "nothing_secret_shown",
            "owner_named",
        ),
        "gold": ("real_receiver_in_tests", "verified_in_the_field"),
    },
}
TIERS = ("bronze", "silver", "gold")
FILES = ("__init__.py", "manifest.toml", "quality.toml", "doc.md", "icon.svg")
SECTIONS = (
    "## 中文",
    "### 所需权限",
    "### 已知限制",
    "## English",
    "### Rights",
    "### Known limits",
)
OWNER_SECTIONS = ("### 维护者", "### Owner")
SOURCE_ERRORS = tuple(each.__name__ for each in SourceError.__subclasses__())
SHORTEST_REASON = 10
LARGEST_ICON_BYTES = 20_000

_METRIC_FAMILIES = {name.partition(".")[0] for name in METRICS}
_METRIC_LIKE = re.compile(rf"({'|'.join(sorted(_METRIC_FAMILIES))})\.[a-z_]+")
_SECRET = re.compile(
    r"""(?ix) "(?: pass(?:word|wd)? | secret | secret_?key | sk | token | authorization | cookie
        | x-auth-token )" \s* : \s* "[^"]+" | -----BEGIN [ A-Z]*PRIVATE[ ]KEY | \bAccess=\w+"""
)
_EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_RESERVED = re.compile(r"(?:.+\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|local)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One plug-in's folder, read. quality: rule to "done", "todo" or {"exempt": reason}."""

    kind: str
    path: Path
    root: Path
    manifest: Manifest
    quality: Mapping[str, object]

    def finding(self, file: str, message: str) -> Finding:
        path = (self.path / file).relative_to(self.root).as_posix()
        return Finding(path=path, line=0, message=message)

    def text(self, file: str) -> str:
        return (self.path / file).read_text("utf-8")

    def is_done(self, rule: str) -> bool:
        return self.quality.get(rule) == "done"

    def is_exempt(self, rule: str) -> bool:
        return isinstance(self.quality.get(rule), dict)

    def modules(self, *, tests: bool) -> Iterator[Path]:
        for file in sorted(self.path.rglob("*.py")):
            if tests == ("tests" in file.relative_to(self.path).parts):
                yield file


type Check = Callable[[Folder], Iterator[Finding]]


def check(root: Path) -> Iterator[Finding]:
    """Check all plug-in folders below `root`."""
    for kind in RULES:
        parent = root / PLUGINS / kind
        for path in sorted(parent.iterdir()):
            if path.is_dir() and path.name != "__pycache__":
                yield from _check_folder(kind, path, root)


def _check_folder(kind: str, path: Path, root: Path) -> Iterator[Finding]:
    where = path.relative_to(root).as_posix()
    missing = [name for name in FILES if not (path / name).is_file()]
    if missing:
        yield Finding(path=where, line=0, message=f"there is no {', '.join(missing)}")
        return
    try:
        manifest = _read_manifest(path)
        quality = _read_quality(path)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        yield Finding(path=where, line=0, message=str(error))
        return
    folder = Folder(kind=kind, path=path, root=root, manifest=manifest, quality=quality)
    for rule in CHECKS:
        yield from rule(folder)


def _read_manifest(path: Path) -> Manifest:
    content = tomllib.loads((path / "manifest.toml").read_text("utf-8"))
    try:
        return msgspec.convert(content, Manifest)
    except msgspec.ValidationError as error:
        raise ValueError(f"manifest.toml: {error}") from error


def _read_quality(path: Path) -> dict[str, object]:
    content = tomllib.loads((path / "quality.toml").read_text("utf-8"))
    strange = sorted(set(content) - set(TIERS))
    if strange:
        raise ValueError(f"quality.toml: there is no tier {', '.join(strange)}")
    return {rule: claim for tier in content.values() for rule, claim in tier.items()}


def manifest_is_sound(folder: Folder) -> Iterator[Finding]:
    """The slug is the folder's name, reads exist, each read polled has its interval."""
    manifest = folder.manifest
    if manifest.slug != folder.path.name:
        yield folder.finding("manifest.toml", f"slug {manifest.slug!r} is not the folder's name")
    unknown = sorted(set(manifest.reads) - set(Read))
    if unknown:
        yield folder.finding("manifest.toml", f"there is no read {', '.join(unknown)}")
    polled = set(manifest.reads) - LISTENED
    if polled != set(manifest.every_s):
        yield folder.finding("manifest.toml", "every_s must name each read that is polled, only")
    if any(seconds < 1 for seconds in manifest.every_s.values()):
        yield folder.finding("manifest.toml", "every_s of less than a second")
    if not _is_said(manifest.name) or not _is_said(manifest.summary):
        yield folder.finding("manifest.toml", "name and summary need both languages")


def fields_are_sound(folder: Folder) -> Iterator[Finding]:
    """Each field of the form has one key, both languages, and a default that it accepts."""
    keys = [field.key for field in folder.manifest.field]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield folder.finding("manifest.toml", f"field {key} is there twice")
    for field in folder.manifest.field:
        for fault in _faults_of(field):
            yield folder.finding("manifest.toml", f"field {field.key}: {fault}")


def _faults_of(field: Field) -> Iterator[str]:
    choices = [choice.value for choice in field.choices]
    labels = [field.label, *([field.help] if field.help else [])]
    labels += [choice.label for choice in field.choices]
    if not all(_is_said(label) for label in labels):
        yield "a text is missing in one language"
    if (field.kind == "choice") != bool(choices):
        yield "choices belong to kind choice, and to no other"
    if choices and field.default and field.default not in choices:
        yield f"the default {field.default!r} is no choice"
    if field.kind == "secret" and field.default:
        yield "a secret has no default"
    try:
        re.compile(field.pattern)
    except re.error as error:
        yield f"the pattern is wrong: {error}"


def _is_said(label: Label) -> bool:
    return bool(label.zh.strip() and label.en.strip())


def claims_are_complete(folder: Folder) -> Iterator[Finding]:
    """Every rule of the kind has a claim: done, todo, or exempt with a reason."""
    known = {rule for rules in RULES[folder.kind].values() for rule in rules}
    for rule in sorted(known - set(folder.quality)):
        yield folder.finding("quality.toml", f"{rule} is not claimed: done, todo or exempt")
    for rule, claim in folder.quality.items():
        if rule not in known:
            yield folder.finding("quality.toml", f"there is no rule {rule}")
        elif claim not in ("done", "todo") and not _is_reason(claim):
            yield folder.finding("quality.toml", f"{rule}: done, todo or {{ exempt = a reason }}")


def _is_reason(claim: object) -> bool:
    if not isinstance(claim, dict) or set(claim) != {"exempt"}:
        return False
    return len(str(claim["exempt"]).strip()) >= SHORTEST_REASON


def tier_holds(folder: Folder) -> Iterator[Finding]:
    """No rule of the claimed tier, or of one below, is still to do."""
    claimed = folder.manifest.tier
    if claimed == "none":
        return
    for tier in TIERS[: TIERS.index(claimed) + 1]:
        for rule in RULES[folder.kind][tier]:
            if folder.quality.get(rule) == "todo":
                yield folder.finding("quality.toml", f"tier {claimed} is claimed; {rule} is todo")


def doc_has_sections(folder: Folder) -> Iterator[Finding]:
    """The page tells rights and limits in both languages, and the owner where one is claimed."""
    lines = set(folder.text("doc.md").splitlines())
    wanted = {"doc_rights_and_limits": SECTIONS, "owner_named": OWNER_SECTIONS}
    for rule, sections in wanted.items():
        for section in sections if folder.is_done(rule) else ():
            if section not in lines:
                yield folder.finding("doc.md", f"there is no section {section!r}")


def icon_is_harmless(folder: Folder) -> Iterator[Finding]:
    """The icon is a small SVG that loads and runs nothing."""
    text = folder.text("icon.svg")
    if len(text.encode()) > LARGEST_ICON_BYTES:
        yield folder.finding("icon.svg", f"larger than {LARGEST_ICON_BYTES:,} bytes")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - our own file, from the repository
    except ElementTree.ParseError as error:
        yield folder.finding("icon.svg", f"not well-formed: {error}")
        return
    if root.tag != "{http://www.w3.org/2000/svg}svg" or "viewBox" not in root.attrib:
        yield folder.finding("icon.svg", "not an SVG with a viewBox")
    for element in root.iter():
        names = [name.rpartition("}")[2] for name in (element.tag, *element.attrib)]
        if any(name in ("script", "image", "href") or name.startswith("on") for name in names):
            yield folder.finding("icon.svg", "scripts, images, links and handlers do not belong")


def fixtures_are_there(folder: Folder) -> Iterator[Finding]:
    """Each version has its folder, each read its fixtures, all of them JSON."""
    if folder.kind != "connectors":
        return
    files = sorted((folder.path / "fixtures").rglob("*.json"))
    if folder.is_exempt("reads_have_fixtures") and files:
        yield folder.finding("quality.toml", "reads_have_fixtures needs no exemption any more")
    if not folder.is_done("reads_have_fixtures"):
        return
    parts = [file.relative_to(folder.path / "fixtures").parts for file in files]
    for version in folder.manifest.versions:
        inside = [each for each in parts if each[0] == version]
        for read in folder.manifest.reads:
            is_only = len(folder.manifest.reads) == 1
            if not any(is_only or each[1] == read for each in inside):
                yield folder.finding("fixtures", f"{version} has none for the read {read}")


def fixtures_are_scrubbed(folder: Folder) -> Iterator[Finding]:
    """No fixture holds a secret, or an address of a real person."""
    for file in sorted((folder.path / "fixtures").rglob("*")):
        if not file.is_file():
            continue
        name, text = file.relative_to(folder.path).as_posix(), file.read_text("utf-8")
        secret = _SECRET.search(text)
        if secret:
            yield folder.finding(name, f"holds a secret: {secret[0][:24]}…")
        for domain in sorted({found[1] for found in _EMAIL.finditer(text)}):
            if not _RESERVED.fullmatch(domain):
                yield folder.finding(name, f"an address at {domain}: use example.com")
        if file.suffix == ".json" and not _is_json(text):
            yield folder.finding(name, "is no JSON")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def metrics_exist(folder: Folder) -> Iterator[Finding]:
    """Every metric that a connector names is in `base.core.metrics`, with its unit."""
    yields_numbers = False
    for file in folder.modules(tests=False):
        tree = ast.parse(file.read_text("utf-8"))
        if "Observation" not in _imported(tree):
            continue
        yields_numbers = True
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if _METRIC_LIKE.fullmatch(node.value) and node.value not in METRICS:
                name = file.relative_to(folder.root).as_posix()
                message = f"there is no metric {node.value!r} in base/core/metrics.py"
                yield Finding(path=name, line=node.lineno, message=message)
    if yields_numbers and folder.is_exempt("metrics_known"):
        yield folder.finding("quality.toml", "metrics_known needs no exemption any more")


def _imported(tree: ast.Module) -> set[str]:
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in froms for alias in node.names}


def alarm_notes_are_sound(folder: Folder) -> Iterator[Finding]:
    """`alarms.toml` has title, cause and advice of each alarm in both languages."""
    path = folder.path / "alarms.toml"
    if not path.is_file():
        if folder.kind == "connectors" and folder.is_done("alarm_codes_mapped"):
            yield folder.finding(
                "quality.toml", "alarm_codes_mapped is claimed without alarms.toml"
            )
        return
    if folder.is_exempt("alarm_codes_mapped"):
        yield folder.finding("quality.toml", "alarm_codes_mapped needs no exemption any more")
    try:
        notes = msgspec.toml.decode(path.read_bytes(), type=dict[str, dict[str, Label]])
    except msgspec.DecodeError as error:
        yield folder.finding("alarms.toml", str(error))
        return
    for code, texts in notes.items():
        if set(texts) != {"title", "cause", "advice"} or not all(map(_is_said, texts.values())):
            yield folder.finding("alarms.toml", f"{code} needs title, cause, advice, zh and en")


def claims_are_tested(folder: Folder) -> Iterator[Finding]:
    """What tests must have provoked is named in the folder's tests."""
    texts = [file.read_text("utf-8") for file in folder.modules(tests=True)]
    wanted: Iterable[tuple[str, tuple[str, ...]]] = (
        ("probe_tested", (".probe(",)),
        ("source_errors_provoked", SOURCE_ERRORS),
        ("send_errors_provoked", ("SendError",)),
    )
    for rule, words in wanted:
        for word in words if folder.is_done(rule) else ():
            if not any(word in text for text in texts):
                yield folder.finding("tests", f"{rule} is claimed, but no test names {word}")


CHECKS: tuple[Check, ...] = (
    manifest_is_sound,
    fields_are_sound,
    claims_are_complete,
    tier_holds,
    doc_has_sections,
    icon_is_harmless,
    fixtures_are_there,
    fixtures_are_scrubbed,
    metrics_exist,
    alarm_notes_are_sound,
    claims_are_tested,
)


if __name__ == "__main__":
    sys.exit(tell("connectors", check(ROOT)))
