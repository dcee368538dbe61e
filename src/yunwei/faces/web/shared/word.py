"""One word of a closed set. The sets are in `words` and beside it."""

from dataclasses import dataclass

from django.utils.functional import Promise

type Text = str | Promise


@dataclass(frozen=True, slots=True)
class Word:
    """tone: a name of tokens.css, "" for none. icon: a name of assets/icons.txt."""

    label: Text
    tone: str = ""
    icon: str = ""
