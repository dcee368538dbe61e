"""What stands out in a shell script, by its syntax tree. Pure; shellcheck is asked elsewhere."""

import re
from collections.abc import Iterator

import tree_sitter_bash
from tree_sitter import Node

from yunwei.operate.scripts.facts.library import Finding
from yunwei.operate.scripts.rules.checks.tree import first_fault, line_of, parse, walk, words
from yunwei.operate.scripts.rules.checks.words import found

_WRAPPERS = frozenset(
    {"sudo", "env", "nohup", "nice", "ionice", "time", "command", "builtin", "exec", "xargs"}
    | {"timeout", "setsid", "doas", "busybox", "chroot", "stdbuf"}
)
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "python", "python3", "perl", "ruby"})
_FETCHERS = frozenset({"curl", "wget", "fetch"})
_DECODERS = frozenset({"base64", "xxd", "openssl"})
_PLAIN = {
    "dd": "YW102",
    "wipefs": "YW102",
    "shred": "YW102",
    "fdisk": "YW102",
    "parted": "YW102",
    "sfdisk": "YW102",
    "mkswap": "YW102",
    "blkdiscard": "YW102",
    "shutdown": "YW103",
    "reboot": "YW103",
    "halt": "YW103",
    "poweroff": "YW103",
    "init": "YW103",
    "telinit": "YW103",
    "eval": "YW104",
    "useradd": "YW108",
    "userdel": "YW108",
    "usermod": "YW108",
    "groupdel": "YW108",
    "passwd": "YW108",
    "chpasswd": "YW108",
    "visudo": "YW108",
    "realm": "",
    "iptables": "YW109",
    "nft": "YW109",
    "ufw": "YW109",
    "setenforce": "YW109",
    "kill": "YW111",
    "pkill": "YW111",
    "killall": "YW111",
    "read": "",
}
# `\rm` is rm; the grammar takes a backslash at a line's begin for the line before it
_ESCAPED = re.compile(r"(?m)(^|[;&|(]|\$\()(\s*)\\(?=[A-Za-z])")


def check_shell(body: str) -> tuple[Finding, ...]:
    root = parse(tree_sitter_bash.language(), _ESCAPED.sub(r"\1\2 ", body))
    findings = list(_check_nodes(root))
    if (line := first_fault(root)) is not None:
        findings.append(found(line, "YW002"))
    return tuple(findings)


def _check_nodes(root: Node) -> Iterator[Finding]:
    for node in walk(root):
        if node.type == "command":
            yield from _check_command(node)
        elif node.type == "pipeline":
            yield from _check_pipeline(node)
        elif node.type == "file_redirect" and re.search(r"/dev/(sd|vd|nvme|xvd|hd)", words(node)):
            yield found(line_of(node), "YW102", words(node))


def _check_command(node: Node) -> Iterator[Finding]:
    head, arguments = _unwrap(node)
    if head is None:
        return
    line, name = line_of(node), words(head).strip("\"'").lstrip("\\")
    if any(each.type.endswith("expansion") or "substitution" in each.type for each in walk(head)):
        yield found(line, "YW107", words(head))
        return
    plain = name.rsplit("/", 1)[-1]
    code = _judge(plain, tuple(words(each).strip("\"'") for each in arguments))
    if code:
        yield found(line, code, plain)
    if plain in _SHELLS and any(words(each) == "-c" for each in arguments):
        yield found(line, "YW104", f"{plain} -c")
    if plain in _SHELLS | {"source", "."}:
        inner = (each for each in walk(node) if each.type == "command_name" and each is not head)
        if any(words(each) in _FETCHERS for each in inner):
            yield found(line, "YW105", plain)


def _unwrap(node: Node) -> tuple[Node | None, list[Node]]:
    """Return the name of what runs in the end and its arguments: of `sudo -n env X=1 rm y` rm."""
    parts = [
        each.named_children[0] if each.type == "command_name" and each.named_children else each
        for each in node.named_children
        if each.type not in {"variable_assignment", "file_redirect", "herestring_redirect"}
    ]
    while parts and words(parts[0]).rsplit("/", 1)[-1] in _WRAPPERS:
        parts.pop(0)
        while parts and (words(parts[0]).startswith("-") or "=" in words(parts[0])):
            parts.pop(0)
        while parts and re.fullmatch(r"\d+[smhd]?", words(parts[0])):
            parts.pop(0)
    return (parts[0], parts[1:]) if parts else (None, [])


def _judge(name: str, arguments: tuple[str, ...]) -> str:
    flags = "".join(each[1:] for each in arguments if re.fullmatch(r"-[A-Za-z]+", each))
    if name == "rm":
        is_tree = "r" in flags.lower() or "--recursive" in arguments
        return "YW101" if is_tree or "--no-preserve-root" in arguments else ""
    if name == "find":
        return "YW101" if "-delete" in arguments and _is_wide(arguments) else ""
    if name.startswith("mkfs"):
        return "YW102"
    if name in {"chmod", "chown"}:
        is_wide = "R" in flags or "--recursive" in arguments
        return "YW108" if is_wide else ""
    if name == "systemctl":
        return _judge_systemctl(arguments)
    if name == "read":
        return "YW112" if not arguments or "-p" in arguments else ""
    if name == "realm":
        return "YW108" if set(arguments) & {"join", "leave"} else ""
    return _PLAIN.get(name, "")


def _judge_systemctl(arguments: tuple[str, ...]) -> str:
    if set(arguments) & {"reboot", "poweroff", "halt", "kexec", "isolate"}:
        return "YW103"
    return "YW111" if set(arguments) & {"stop", "disable", "mask", "kill"} else ""


def _is_wide(arguments: tuple[str, ...]) -> bool:
    """A search from the root, or from a place that is only known when it runs."""
    place = next((each for each in arguments if not each.startswith("-")), ".")
    return place in {"/", ".", "/etc", "/usr", "/var", "/home", "/root"} or "$" in place


def _check_pipeline(node: Node) -> Iterator[Finding]:
    heads = [_unwrap(each)[0] for each in node.named_children if each.type == "command"]
    names = [words(each).rsplit("/", 1)[-1] for each in heads if each is not None]
    if not names or names[-1] not in _SHELLS:
        return
    if set(names) & _FETCHERS:
        yield found(line_of(node), "YW105", " | ".join(names))
    elif set(names) & _DECODERS:
        yield found(line_of(node), "YW106", " | ".join(names))
    else:
        yield found(line_of(node), "YW104", " | ".join(names))
