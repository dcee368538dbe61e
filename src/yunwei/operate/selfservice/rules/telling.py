"""In which words people are told of what self-service does. Pure."""

from yunwei.base.people.facts import Role
from yunwei.operate.selfservice.facts.acts import SupportMessage
from yunwei.operate.selfservice.facts.telling import Untold


def tell_support(message: SupportMessage) -> Untold:
    """Return what operators are told of a message to support."""
    zh = "自助修复没有成功" if message.is_automatic else "用户求助"
    en = "A repair did not succeed" if message.is_automatic else "A user asks for help"
    return Untold(
        key=f"support-message-{message.id}",
        tenant=message.tenant,
        subject_zh=f"{zh}：{message.desktop_name}",
        subject_en=f"{en}: {message.desktop_name}",
        body_zh=f"{message.by}：{message.text or '（没有说明）'}",
        body_en=f"{message.by}: {message.text or '(no words)'}",
        link=f"/support-messages/{message.id}",
        roles=(Role.OPERATOR.value,),
    )
