"""Has the translations compiled for the running product; they are written in src/yunwei/locale."""

from __future__ import annotations

from tools.set_up.steps import ROOT, VENV, Stamp, digest, run, step

LOCALE = ROOT / "src" / "yunwei" / "locale"


def compile_translations() -> None:
    """Make the .mo file beside each .po file."""
    catalogs = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
    stamp = Stamp("translations", digest(catalogs, *map(str, catalogs)))
    if stamp.is_fresh(*[catalog.with_suffix(".mo") for catalog in catalogs]):
        return
    with step("translations: compile"):
        run([VENV / "bin" / "python", "-m", "tools.messages", "compile"])
    stamp.write()
