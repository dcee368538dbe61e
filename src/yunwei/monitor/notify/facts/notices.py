"""Notices: messages about other things than one alarm, such as a mask rule that is about to end."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yunwei.base.core.ids import AlarmId, ChannelId, OccurrenceId, TenantId, UserId
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.routes import Contact, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """A text in both languages; each reader gets theirs."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody is to be told. The same `key` is told once to each person by each way.

    people: told on screen and by their own way. roles: everybody of `tenant` with such a role; when
    it has nobody, the provider's. channels: groups told besides. targets: ways that routing found,
    taken as they are. link: path of a page, "/mask-rules/3". alarm, occurrence: what it is shown
    with, when it is about one. outside: mail addresses of people who are none of ours; they get no
    link. thread: what the conversation is about, "T-000012"; mails of one hold together. reply_to:
    to which address answers to it go. enclosure: what files go with it, for who sends it, see
    `jobs.FindEnclosure`.
    """

    tenant: TenantId
    key: str
    subject: Bilingual
    body: Bilingual
    people: tuple[UserId, ...] = ()
    roles: tuple[str, ...] = ()
    channels: tuple[ChannelId, ...] = ()
    outside: tuple[str, ...] = ()
    outside_language: str = "zh-hans"
    enclosure: Mapping[str, object] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    link: str = ""
    thread: str = ""
    reply_to: str = ""
    severity: Severity | None = None
    alarm: AlarmId | None = None
    occurrence: OccurrenceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWay:
    """One message to be made of a notice. channel None: on screen. route_name: the reason.
    outside: the address of who is none of ours, whose language is `outside_language`."""

    channel: Channel | None
    contact: Contact | None
    route_name: str = ""
    outside: str = ""
    outside_language: str = ""

    @property
    def language(self) -> str:
        if self.outside:
            return self.outside_language
        if self.contact is not None:
            return self.contact.language
        return self.channel.language if self.channel else "zh-hans"
