"""Signed commands: what the platform says an agent is to do, in a form that can not be altered.

The signature is over the very bytes that travel. An agent believes a command when it is signed with
a key that it trusts, names this agent, is not too late, and comes with the script it speaks of.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from yunwei_wire import ed25519, proofs
from yunwei_wire.errors import WireError
from yunwei_wire.messages import pack, read_bytes, read_number, read_text, unpack

_DOMAIN = b"yunwei command 1\n"
_TOGETHER = b"yunwei commands 2\n"
LONGEST_SCRIPT = 400_000
_MOST_PARAMETERS = 200
_LONGEST_PARAMETER = 32_000
MAX_SKEW_S = 300


type Verify = Callable[[bytes, bytes, bytes], bool]


class Language(StrEnum):
    POWERSHELL = "powershell"
    BATCH = "batch"
    SHELL = "shell"
    PYTHON = "python"


class Act(StrEnum):
    """cancel: what has begun is ended. withdraw: what has begun goes on."""

    RUN = "run"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"


def script_digest(language: str, body: str) -> bytes:
    """Return what a script is known by: of its language and its text."""
    return hashlib.sha256(f"yunwei script 1\n{language}\n{body}".encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing that one agent is to do.

    task: its number, ever used once. issued_s, deadline_s: seconds since 1970; it is not begun
    after the deadline. digest: of the script. parameters: for the script's environment, as
    `YW_PARAM_<NAME>`. secrets: names of those whose values must not be seen in the output.
    """

    act: Act
    task: int
    agent: str
    issued_s: int
    deadline_s: int
    language: Language = Language.SHELL
    digest: bytes = b""
    timeout_s: int = 60
    output_limit_bytes: int = 256 * 1024
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[str] = ()


def sign_command(
    command: Command, key: str, sign: Callable[[bytes], bytes], *, script: str | None = None
) -> bytes:
    """Return the message. key: the id of what signs. script: its text, where it goes along."""
    body = _pack_body(command)
    message: dict[str, object] = {"key": key, "body": body, "signature": sign(_DOMAIN + body)}
    if script is not None:
        message["script"] = script
    return pack(message)


def sign_commands(
    commands: Sequence[Command],
    scripts: Sequence[str | None],
    *,
    key: str,
    sign: Callable[[bytes], bytes],
) -> list[bytes]:
    """Return the messages of commands that are said together: one signature is of all of them, and
    each travels with the proof that it is one of them. scripts: as with one."""
    if len(commands) == 1:
        return [sign_command(commands[0], key, sign, script=scripts[0])]
    bodies = [_pack_body(each) for each in commands]
    tree = proofs.Tree(bodies)
    signature = sign(_TOGETHER + tree.root)
    messages = []
    for place, (body, script) in enumerate(zip(bodies, scripts, strict=True)):
        message: dict[str, object] = {
            "key": key,
            "body": body,
            "signature": signature,
            "place": place,
            "proof": tree.proof(place),
        }
        if script is not None:
            message["script"] = script
        messages.append(pack(message))
    return messages


def _pack_body(command: Command) -> bytes:
    return pack(
        {
            "act": command.act.value,
            "task": command.task,
            "agent": command.agent,
            "issued": command.issued_s,
            "deadline": command.deadline_s,
            "language": command.language.value,
            "digest": command.digest,
            "timeout": command.timeout_s,
            "limit": command.output_limit_bytes,
            "parameters": dict(command.parameters),
            "secrets": list(command.secrets),
        }
    )


def key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Believed:
    """A command whose signature is right. script: None when it has to be fetched."""

    command: Command
    script: str | None


def believe(
    data: bytes,
    trusted: Mapping[str, bytes],
    *,
    agent: str,
    now_s: float | None,
    verify: Verify = ed25519.verify,
) -> Believed:
    """Return a command that this agent is really to carry out; else raises WireError, its reason:
    `malformed`, `unknown_key`, `forged`, `wrong_agent`, `expired`, `not_yet`, `altered`.

    trusted: id → public key. now_s: None leaves its times out. verify: says whether a signature is
    a key's of a message. Whether it was carried out before
    only the agent's journal knows.
    """
    message = unpack(data)
    body = read_bytes(message, "body")
    public = trusted.get(read_text(message, "key", longest=100))
    if public is None:
        raise WireError("the key is not one that is trusted", reason="unknown_key")
    if not verify(public, _signed_of(message, body), read_bytes(message, "signature")):
        raise WireError("the signature is not the command's", reason="forged")
    command = _read_body(unpack(body))
    if command.agent != agent:
        raise WireError("the command is for another agent", reason="wrong_agent")
    if now_s is not None and now_s > command.deadline_s:
        raise WireError("the command came too late", reason="expired")
    if now_s is not None and command.issued_s > now_s + MAX_SKEW_S:
        raise WireError("the command is from the future", reason="not_yet")
    return Believed(command=command, script=_read_script(message, command))


def _signed_of(message: Mapping[str, object], body: bytes) -> bytes:
    """Return what the signature of a message is of: the command, or all that were said with it."""
    if "proof" not in message:
        return _DOMAIN + body
    proof = read_bytes(message, "proof")
    return _TOGETHER + proofs.root_of(body, read_number(message, "place"), proof)


def check_script(command: Command, script: str) -> str:
    """Return the script of a command; raises WireError when it is another."""
    if script_digest(command.language, script) != command.digest:
        raise WireError("the script is not the one that was signed", reason="altered")
    return script


def _read_script(message: Mapping[str, object], command: Command) -> str | None:
    if command.act is Act.CANCEL or "script" not in message:
        return None
    return check_script(command, read_text(message, "script", longest=LONGEST_SCRIPT))


def _read_body(body: Mapping[str, object]) -> Command:
    try:
        act, language = Act(str(body.get("act"))), Language(str(body.get("language")))
    except ValueError as error:
        raise WireError("an act or a language that is not known") from error
    secrets = body.get("secrets", [])
    if not isinstance(secrets, list) or not all(isinstance(name, str) for name in secrets):
        raise WireError("secrets are not names")
    return Command(
        act=act,
        task=read_number(body, "task"),
        agent=read_text(body, "agent", longest=100),
        issued_s=read_number(body, "issued"),
        deadline_s=read_number(body, "deadline"),
        language=language,
        digest=read_bytes(body, "digest"),
        timeout_s=read_number(body, "timeout"),
        output_limit_bytes=read_number(body, "limit"),
        parameters=_read_parameters(body.get("parameters", {})),
        secrets=tuple(secrets),
    )


def _read_parameters(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > _MOST_PARAMETERS:
        raise WireError("parameters are not a map")
    for name, text in value.items():
        is_fit = isinstance(name, str) and name.isascii() and name.isidentifier()
        if not is_fit or not isinstance(text, str) or len(text) > _LONGEST_PARAMETER:
            raise WireError("a parameter is not a name and a text")
        if "\0" in text:
            raise WireError("a parameter holds a NUL")
    return value
