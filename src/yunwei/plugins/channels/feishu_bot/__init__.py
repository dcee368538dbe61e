"""A group bot of Feishu (飞书群机器人): each message as a card into one group."""

from yunwei.plugins.channels.feishu_bot.channel import Channel as Channel
