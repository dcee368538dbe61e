"""Whatever the library Apprise knows how to reach."""

from yunwei.plugins.channels.apprise.channel import Channel as Channel
