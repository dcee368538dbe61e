"""Where on NATS what is said. An agent may say and hear only what has its own name in it.

cmd.AGENT   platform → agent   a signed command; may be lost, the agent asks for it again
ask.AGENT   agent → platform   a question with an answer: what is open, a script, take events
hb.AGENT    agent → platform   the agent lives; figures of its desktop
"""

EVERY_QUESTION = "ask.*"
EVERY_HEARTBEAT = "hb.*"


def command(agent: str) -> str:
    return f"cmd.{agent}"


def asked(agent: str) -> str:
    return f"ask.{agent}"


def heartbeat(agent: str) -> str:
    return f"hb.{agent}"


def inbox(agent: str) -> str:
    """Return the beginning of the subjects that answers come to."""
    return f"_INBOX_{agent}"


def agent_of(subject: str) -> str:
    return subject.partition(".")[2]
