"""Words of closed sets: each set is found by its name, wherever its file is."""

import re
from collections import Counter
from pathlib import Path

from yunwei.faces.web.shared import words as words_module

LEAST_SETS = 80


def test_no_set_of_words_hides_another_of_its_name() -> None:
    folder = Path(words_module.__file__).parent
    named = [
        name
        for file in sorted(folder.glob("*words.py"))
        for name in re.findall(r'^    "([a-z_]+)": \{', file.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(named) > LEAST_SETS
    assert not [name for name, count in Counter(named).items() if count > 1]
