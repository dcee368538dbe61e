"""Licences are called by names that people know, in both languages."""

from yunwei.monitor.inventory.rules.licence_names import call_licence, find_names


def test_a_quota_is_called_what_it_is() -> None:
    assert call_licence("general_instances") == ("普通桌面", "Ordinary desktops")
    assert call_licence("general_instances", "general_instances").zh == "普通桌面"


def test_what_nobody_gave_a_name_keeps_its_own() -> None:
    assert call_licence("CCU", "x1") == ("CCU", "CCU")


def test_the_same_quota_of_two_sites_is_told_apart() -> None:
    called = {call_licence("deh", site + "/deh") for site in ("3f2a77", "91bc04")}
    assert {each.zh for each in called} == {"云办公主机 (3f2a…)", "云办公主机 (91bc…)"}


def test_a_part_of_either_name_finds_it() -> None:
    assert find_names("通桌") == ["general_instances"]
    assert find_names("ORDINARY") == ["general_instances"]
    assert find_names("nothing of the kind") == []
