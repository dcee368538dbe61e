"""Short messages through Aliyun (阿里云短信): subject and facts in an approved template."""

from yunwei.plugins.channels.sms_aliyun.channel import Channel as Channel
