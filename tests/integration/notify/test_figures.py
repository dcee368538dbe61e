"""How channels and routes do, from what became of their messages."""

from datetime import timedelta

import pytest

from tests.support.posted import Post
from yunwei.base.core.errors import SendError
from yunwei.base.core.page import PageRequest
from yunwei.monitor.notify.facts.figures import ChannelFigures
from yunwei.monitor.notify.facts.messages import DueMessage
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.monitor.notify.queries.figures import fetch_measured_channels, fetch_route_figures


def refuse(message: DueMessage) -> None:
    raise SendError("no such number", permanent=True)


def figures_of(post: Post) -> ChannelFigures:
    now = post.world.clock.now()
    [row] = fetch_measured_channels(post.world.viewer, page=PageRequest(), now=now).items
    return row.figures


def test_a_channel_that_sent_nothing_has_no_share_that_got_through(post: Post) -> None:
    post.add_group()
    assert figures_of(post) == ChannelFigures()
    assert figures_of(post).success is None


def test_a_channel_tells_how_many_got_through_and_how_fast(post: Post) -> None:
    post.add_group()
    post.raises(1, 2, 3)
    post.world.passes(seconds=20)
    post.works()
    post.raises(4)
    post.works(refuse)
    post.raises(5)
    found = figures_of(post)
    assert (found.sent, found.dead, found.waiting, found.success) == (3, 1, 1, 0.75)
    assert found.usual_s == pytest.approx(20)
    assert found.slow_s == pytest.approx(20)


def test_what_is_older_than_a_week_does_not_count(post: Post) -> None:
    post.add_group()
    post.raises(1)
    post.works()
    post.world.clock.advance(timedelta(days=8))
    assert figures_of(post).sent == 0


def test_a_route_that_led_to_nobody_is_told_from_one_that_did(post: Post) -> None:
    post.add_group()
    post.raises(1, 2)
    viewer, now = post.world.viewer, post.world.clock.now()
    names = {route.id: route.name for route in route_queries.fetch_routes(viewer).items}
    found = {names[id]: each for id, each in fetch_route_figures(viewer, now=now).items()}
    assert found["all"].messages == 2
    assert found["all"].last_at == now
    assert len(names) > len(found)
