"""Voice calls through a platform of any kind, described by its settings."""

from yunwei.plugins.channels.voice_http.channel import Channel as Channel
