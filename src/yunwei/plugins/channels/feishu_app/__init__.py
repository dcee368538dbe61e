"""An app of Feishu (飞书企业自建应用): its bot sends each message as a card to one person."""

from yunwei.plugins.channels.feishu_app.channel import Channel as Channel
