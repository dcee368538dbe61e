"""Short messages through a gateway of any kind, described by its settings."""

from yunwei.plugins.channels.sms_http.channel import Channel as Channel
