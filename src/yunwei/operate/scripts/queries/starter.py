"""The scripts that come with the platform, as files beside this part."""

from dataclasses import replace
from functools import cache
from importlib.resources import files

from yunwei.operate.scripts.facts.library import ScriptFile
from yunwei.operate.scripts.rules.files import read_file


@cache
def starter_set() -> tuple[ScriptFile, ...]:
    """Return them by their slugs."""
    folder = files("yunwei.operate.scripts").joinpath("starter")
    named = sorted((each.name, each.read_text("utf-8")) for each in folder.iterdir())
    return tuple(
        replace(read_file(text), slug=name.removesuffix(".script"))
        for name, text in named
        if name.endswith(".script")
    )
