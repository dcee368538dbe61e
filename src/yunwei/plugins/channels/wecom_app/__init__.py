"""An app of WeCom (企业微信自建应用): each message as a text card to one member."""

from yunwei.plugins.channels.wecom_app.channel import Channel as Channel
