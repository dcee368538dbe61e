"""Reads `manifest.toml` files and loads plug-ins by their folder. No plug-in is named in code."""

import importlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

import msgspec

from yunwei.base.core.errors import Invalid, Misconfigured
from yunwei.plugins.sdk.contract import LISTENED, SDK_VERSION

CONNECTORS = "yunwei.plugins.connectors"
CHANNELS = "yunwei.plugins.channels"

FieldKind = Literal[
    "text",
    "url",
    "secret",
    "number",
    "choice",
    "boolean",
    "addresses",
    "area",
    "json_template",
    "form_template",
]


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    label: Label


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the settings form. secret fields are encrypted and never shown again.

    is_generated: a secret that the platform makes and shows once, where nobody gives one.
    """

    key: str
    label: Label
    kind: FieldKind = "text"
    help: Label | None = None
    default: str = ""
    is_required: bool = True
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    is_generated: bool = False


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a receiver takes: at most `count` messages in any `per_s` seconds, by the whole channel
    or to one address."""

    count: Annotated[int, msgspec.Meta(gt=0)]
    per_s: Annotated[int, msgspec.Meta(gt=0)]
    scope: Literal["channel", "address"] = "channel"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who and what a plug-in is, readable without importing it."""

    slug: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Label
    vendor: str
    sdk_version: int = SDK_VERSION
    summary: Label
    versions: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    # which languages its act run_script takes
    script_languages: tuple[str, ...] = ()
    every_s: Mapping[str, float] = {}
    # how often its list of current alarms is compared with ours; 0: it has none
    reconcile_every_s: Annotated[float, msgspec.Meta(ge=0)] = 0
    tier: Literal["none", "bronze", "silver", "gold"] = "none"
    supports: tuple[str, ...] = ()
    address: Label | None = None
    # which of a person's addresses it writes to: email, mobile, voice, wecom_user…
    address_kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]*$")] = ""
    limit: tuple[Limit, ...] = ()
    # a source that the platform makes for itself and nobody may add or remove
    is_internal: bool = False
    field: tuple[Field, ...] = ()
    package: str = ""

    @property
    def is_polled(self) -> bool:
        """Whether anything of it is asked for, instead of only waited for."""
        return bool(set(self.reads) - LISTENED)

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(each.key for each in self.field if each.kind == "secret")


@cache
def manifests(kind: str) -> Mapping[str, Manifest]:
    """Return all manifests of `CONNECTORS` or `CHANNELS` by slug, ours and installed ones.

    Raises Misconfigured naming the file when one is wrong. Imports no plug-in.
    """
    found = dict(_read_folder(kind, files(kind)))
    for point in entry_points(group=kind.replace(".plugins", "")):
        found |= dict(_read_folder(point.value, files(point.value)))
    return found


def _read_folder(package: str, folder: Traversable) -> Iterator[tuple[str, Manifest]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        path = entry.joinpath("manifest.toml")
        if not path.is_file():
            continue
        try:
            content = tomllib.loads(path.read_text("utf-8"))
            manifest = msgspec.convert(content | {"package": f"{package}.{entry.name}"}, Manifest)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise Misconfigured(f"{package}/{entry.name}/manifest.toml: {error}") from error
        if manifest.slug != entry.name:
            raise Misconfigured(f"{package}/{entry.name}: its slug is {manifest.slug!r}")
        yield manifest.slug, manifest


def get_manifest(kind: str, slug: str) -> Manifest:
    """Return one manifest; raises Invalid when there is no such plug-in."""
    found = manifests(kind).get(slug)
    if found is None:
        raise Invalid("kind", f"there is no plug-in {slug!r}")
    return found


@cache
def load(kind: str, slug: str) -> type:
    """Import one plug-in and return its `Connector` or `Channel` class."""
    module = importlib.import_module(get_manifest(kind, slug).package)
    found: type = getattr(module, "Connector" if kind == CONNECTORS else "Channel")
    return found
