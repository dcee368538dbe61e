"""What people are written about tickets and surveys, in both languages. Pure."""

from collections.abc import Mapping

from yunwei.monitor.notify.facts.notices import Bilingual
from yunwei.operate.service.facts.surveys import Survey, SurveyKind
from yunwei.operate.service.facts.tickets import Asker, EntryKind, News

_LONGEST_TITLE = 120
_HEADS: Mapping[EntryKind, Bilingual] = {
    EntryKind.REPLIED: Bilingual(zh="新消息", en="New message"),
    EntryKind.WAITED: Bilingual(zh="暂停处理，等待中", en="On hold"),
    EntryKind.RESOLVED: Bilingual(zh="已解决，请确认", en="Solved, please confirm"),
    EntryKind.CANCELLED: Bilingual(zh="已撤销", en="Withdrawn"),
    EntryKind.MERGED: Bilingual(zh="已并入其他工单", en="Goes on in another ticket"),
    EntryKind.PARTED: Bilingual(zh="恢复独立处理", en="Goes on by itself again"),
    EntryKind.SPLIT: Bilingual(zh="已拆分出新工单", en="A part is a ticket of its own"),
}


def say_news(news: News, asker: Asker) -> tuple[Bilingual, Bilingual]:
    """Return subject and body of what an asker is told; the ticket's code stands in the subject, by
    which an answer finds back."""
    head = _HEADS[news.kind]
    title = news.title[:_LONGEST_TITLE]
    subject = Bilingual(
        zh=f"[{news.code}] {title}：{head.zh}", en=f"[{news.code}] {title}: {head.en}"
    )
    said = f"\n\n{news.text}" if news.text else ""
    if asker.ticket == news.ticket:
        return subject, Bilingual(zh=f"{head.zh}。{said}", en=f"{head.en}.{said}")
    own = f"T-{asker.ticket:06d}"
    return subject, Bilingual(
        zh=f"您提出的 {own} 已在 {news.code} 中处理：{head.zh}。{said}",
        en=f"Your {own} goes on in {news.code}: {head.en}.{said}",
    )


def say_survey(survey: Survey, address: str, *, is_reminder: bool) -> tuple[Bilingual, Bilingual]:
    """Return subject and body of a survey. address: of its page, "" where the message has a link
    of its own."""
    again = Bilingual(zh="提醒：", en="Reminder: ") if is_reminder else Bilingual(zh="", en="")
    if survey.kind is SurveyKind.TICKET:
        what = Bilingual(
            zh=f"{survey.code} 「{survey.ticket_title}」已完成",
            en=f"{survey.code} “{survey.ticket_title}” is done",
        )
    else:
        what = Bilingual(
            zh=f"{survey.first_on} 至 {survey.last_on} 的服务",
            en=f"Service from {survey.first_on} to {survey.last_on}",
        )
    day = f"{survey.expires_at:%Y-%m-%d}"
    link = f"\n\n{address}" if address else ""
    return (
        Bilingual(
            zh=f"{again.zh}{survey.code} 服务满意吗？", en=f"{again.en}{survey.code}: how was it?"
        ),
        Bilingual(
            zh=f"{what.zh}。请用一分钟告诉我们您是否满意，无需登录，{day} 前有效。{link}",
            en=f"{what.en}. Please take a minute to tell us whether you are satisfied; you need "
            f"not sign in. The link can be used until {day}.{link}",
        ),
    )
