"""Whose trap is it."""

from ipaddress import ip_address

import pytest

from tests.support.receiving import source
from yunwei.monitor.collect.trap_sources import TrapSources, parse_sender

SOURCES = TrapSources(
    [
        source(5, communities=["north"]),
        source(1, communities=["north", "south"]),
        source(2, communities=["north"], networks=["10.0.0.0/8", "2001:db8::/32"]),
        source(3, communities=["north"], networks=["10.1.0.0/16"]),
        source(4, communities=["west"], networks=["192.0.2.1"]),
        source(6, communities=[]),
    ]
)


@pytest.mark.parametrize(
    ("address", "community", "found"),
    [
        ("10.1.2.3", "north", 3),
        ("10.2.2.3", "north", 2),
        ("2001:db8::7", "north", 2),
        ("172.16.0.1", "north", 1),
        ("10.1.2.3", "south", 1),
        ("192.0.2.1", "west", 4),
        ("192.0.2.2", "west", None),
        ("192.0.2.1", "West", None),
        ("192.0.2.1", "", None),
        ("192.0.2.1", "public", 6),
    ],
)
def test_the_most_specific_network_wins_then_the_oldest(address, community, found):
    match = SOURCES.find(ip_address(address), community.encode())

    assert (match.source if match else None) == found


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_senders_in_their_plain_form(host: str, address: str):
    assert str(parse_sender(host)) == address


def test_communities_are_not_shown():
    assert "north" not in repr(source(1, communities=["north"]))
