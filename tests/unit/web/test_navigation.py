"""The navigation: each key leads to one page."""

from collections import Counter

from yunwei.faces.web.shared.navigation import GROUPS


def test_each_key_leads_to_one_page() -> None:
    keys = Counter(entry.key for _, entries in GROUPS for entry in entries if entry.key)
    assert [key for key, count in keys.items() if count > 1] == []
