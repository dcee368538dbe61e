"""A webhook: each message as one signed JSON document, POSTed to an address."""

from yunwei.plugins.channels.webhook.channel import Channel as Channel
