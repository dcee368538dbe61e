"""What an agent and the platform say about who the agent is."""

import hashlib


def renewal_text(public_key: str, machine: str, at_s: int) -> bytes:
    """Return what an agent signs to be let in for longer."""
    return f"yunwei renewal 1\n{public_key}\n{machine}\n{at_s}".encode()


def machine_digest(*parts: str) -> str:
    """Return what tells a machine from others, of what its system says it is."""
    return hashlib.sha256("\n".join(("yunwei machine 1", *parts)).encode()).hexdigest()[:32]
