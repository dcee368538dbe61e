"""An app of DingTalk (钉钉企业内部应用): each message as a work notification to one person."""

from yunwei.plugins.channels.dingtalk_app.channel import Channel as Channel
