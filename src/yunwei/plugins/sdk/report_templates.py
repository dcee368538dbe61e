"""Texts with places for what a report says: `/device/{MOName}`. Pure; no formats, no expressions.

A place is `{name}`, the variable's value, or `{name.instance}`, what its object identifier says
after the variable's own: `3` of `ifOperStatus.3`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

_NOT_OF_A_CODE = re.compile(r"[^\w.-]+")
_WHITE = re.compile(r"[\s\x00-\x1f\x7f]+")
_LONGEST_TEXT = 1000
# what names an alarm is kept in indexes, which take no endless names
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """pieces: a literal and the name that follows it, "" after the last."""

    pieces: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.pieces if name)

    def render(self, values: Mapping[str, str], clean: Callable[[str], str]) -> str | None:
        """Return the text, each value passed through `clean`; None when a value is missing."""
        written: list[str] = []
        for literal, name in self.pieces:
            written.append(literal)
            if name:
                value = clean(values.get(name, ""))
                if not value:
                    return None
                written.append(value)
        return "".join(written)


def parse_template(text: str) -> Template:
    """Raises ValueError when the braces do not match or a place is more than a name."""
    pieces: list[tuple[str, str]] = []
    for literal, name, format_spec, conversion in Formatter().parse(text):
        if format_spec or conversion or name == "":
            raise ValueError(f"{text!r} has a place that is not just a name")
        pieces.append((literal, name or ""))
    return Template(pieces=tuple(pieces))


def render_first(
    templates: Sequence[Template], values: Mapping[str, str], clean: Callable[[str], str]
) -> str | None:
    """Return the first of `templates` of which no value is missing, None when there is none."""
    for template in templates:
        text = template.render(values, clean)
        if text is not None:
            return text
    return None


def clean_path_part(value: str) -> str:
    """Return `value` as one step of a path: a name with `%` and `/` escaped as in a URL."""
    return clean_name(value).replace("%", "%25").replace("/", "%2F")


def clean_code(value: str) -> str:
    """Return `value` as a part of an alarm type: a name, whatever is no word turned to `_`."""
    return _NOT_OF_A_CODE.sub("_", clean_name(value))


def clean_name(value: str) -> str:
    """Return `value` on one line, at most 200 characters."""
    return _cut(value, _LONGEST_NAME)


def clean_text(value: str) -> str:
    """Return `value` on one line, at most 1,000 characters."""
    return _cut(value, _LONGEST_TEXT)


def _cut(value: str, longest: int) -> str:
    text = _WHITE.sub(" ", value).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
