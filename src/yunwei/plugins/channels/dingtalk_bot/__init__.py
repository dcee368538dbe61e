"""A group bot of DingTalk (钉钉群机器人): each message as Markdown into one group."""

from yunwei.plugins.channels.dingtalk_bot.channel import Channel as Channel
