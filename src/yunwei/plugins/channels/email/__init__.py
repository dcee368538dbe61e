"""E-mail by SMTP: text and HTML to one address."""

from yunwei.plugins.channels.email.channel import Channel as Channel
