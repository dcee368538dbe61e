"""Bundles of the agent that say that they are of some version, and may be broken."""

import zipfile
from pathlib import Path

from yunwei.run.commands.agents import write_bundle
from yunwei_agent import VERSION

_DUMB = "        raise LinkAway('this release never connects')\n"
_OPENS = "        identity = self._identity\n\n        async def on_command"


def make_bundle(file: Path, version: str, *, starts: bool = True, connects: bool = True) -> bytes:
    """Write the agent as a bundle of another version; return its bytes."""
    plain = file.with_suffix(".plain")
    write_bundle(plain)
    with zipfile.ZipFile(plain) as there, zipfile.ZipFile(file, "w") as here:
        for entry in there.namelist():
            text = there.read(entry).decode()
            if entry == "yunwei_agent/__init__.py":
                text = text.replace(f'VERSION = "{VERSION}"', f'VERSION = "{version}"')
                assert version in text
            if entry == "yunwei_agent/link.py" and not connects:
                assert _OPENS in text
                text = text.replace(_OPENS, _DUMB + _OPENS)
            if entry == "__main__.py" and not starts:
                text = "raise SystemExit(3)\n"
            here.writestr(entry, text)
    plain.unlink()
    return file.read_bytes()
