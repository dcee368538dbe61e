"""The colours: whatever is read has contrast enough, in light and in dark; print has the same."""

import re
from pathlib import Path

import pytest

from yunwei.faces import web
from yunwei.operate.reports.charts import PRINT_THEME

STATIC = Path(web.__file__).parent / "static"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--yw-([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);",
        (STATIC / "css/tokens.css").read_text("utf-8"),
    )
}
TONES = ("good", "idle", "critical", "major", "minor", "warning", "indeterminate")
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "text-2", "text-3") for ground in ("bg", "surface")),
    *(("text-2", ground) for ground in ("sunken", "hover", "raised")),
    ("text-3", "sunken"),
    *(("accent-text", ground) for ground in ("bg", "surface", "accent-weak", "hover")),
    *((f"{tone}-text", f"{tone}-weak") for tone in TONES),
    *((f"{tone}-text", "surface") for tone in TONES),
    ("on-accent", "accent-solid"),
    ("on-accent", "accent-solid-hover"),
    ("on-accent", "critical-solid"),
]
# marks, bars and lines: 3 to 1 is what WCAG 2.2 asks of graphics. The minor alarm's yellow can
# not reach it on white; its shape and its word say the same.
MARKS = [
    *(tone for tone in TONES if tone != "minor"),
    *(f"series-{n}" for n in range(1, 9)),
    "usual",
]


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(text: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("mark", MARKS)
def test_marks_can_be_seen(mark: str, theme: int) -> None:
    assert contrast(TOKENS[mark][theme], TOKENS["surface"][theme]) >= 3.0


def test_print_has_the_page_s_light_colours() -> None:
    printed = [PRINT_THEME.surface, PRINT_THEME.usual, *PRINT_THEME.series]
    names = ["surface", "usual", *(f"series-{number}" for number in range(1, 9))]
    assert printed == [TOKENS[name][0] for name in names]
    assert PRINT_THEME.tones == {name: TOKENS[name][0] for name in PRINT_THEME.tones}


def test_colours_are_written_in_one_place_only() -> None:
    others = [file for file in (STATIC / "css").glob("*.css") if file.name != "tokens.css"]
    assert others
    for file in others:
        found = re.findall(r"#[0-9a-f]{3,8}\b", re.sub(r"url\(.*?\)", "", file.read_text("utf-8")))
        assert not found, file.name
