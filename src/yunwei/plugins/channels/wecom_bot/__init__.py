"""A group bot of WeCom (企业微信群机器人): each message as Markdown into one group."""

from yunwei.plugins.channels.wecom_bot.channel import Channel as Channel
