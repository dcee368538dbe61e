"""What stands out in a PowerShell script, by its syntax tree. Pure."""

import re
from collections.abc import Iterator

import tree_sitter_powershell
from tree_sitter import Node

from yunwei.operate.scripts.facts.library import Finding
from yunwei.operate.scripts.rules.checks.tree import first_fault, line_of, parse, walk, words
from yunwei.operate.scripts.rules.checks.words import found, judge_windows_command, plain_name

_ALIASES = {
    **dict.fromkeys(("rm", "del", "erase", "rd", "ri", "rmdir"), "remove-item"),
    "iex": "invoke-expression",
    **dict.fromkeys(("iwr", "curl", "wget"), "invoke-webrequest"),
    "irm": "invoke-restmethod",
    "kill": "stop-process",
    "spps": "stop-process",
    "sasv": "start-service",
    "spsv": "stop-service",
    "sp": "set-itemproperty",
    "rp": "remove-itemproperty",
    "saps": "start-process",
    "icm": "invoke-command",
}
_COMMANDS = {
    **dict.fromkeys(
        ("format-volume", "clear-disk", "initialize-disk", "remove-partition"), "YW102"
    ),
    **dict.fromkeys(("new-partition", "resize-partition", "set-disk"), "YW102"),
    **dict.fromkeys(("stop-computer", "restart-computer", "suspend-bitlocker"), "YW103"),
    **dict.fromkeys(("invoke-expression", "invoke-command", "add-type"), "YW104"),
    **dict.fromkeys(("start-bitstransfer",), "YW105"),
    **dict.fromkeys(("add-computer", "remove-computer", "rename-computer", "set-acl"), "YW108"),
    **dict.fromkeys(("new-localuser", "remove-localuser", "set-localuser"), "YW108"),
    **dict.fromkeys(("add-localgroupmember", "remove-localgroupmember"), "YW108"),
    **dict.fromkeys(("reset-computermachinepassword", "disable-localuser"), "YW108"),
    **dict.fromkeys(("set-mppreference", "add-mppreference", "set-executionpolicy"), "YW109"),
    **dict.fromkeys(("set-netfirewallprofile", "disable-netfirewallrule"), "YW109"),
    **dict.fromkeys(("remove-netfirewallrule", "disable-bitlocker"), "YW109"),
    **dict.fromkeys(("remove-itemproperty", "set-itemproperty", "new-itemproperty"), "YW110"),
    **dict.fromkeys(("stop-process", "stop-service", "suspend-service"), "YW111"),
    **dict.fromkeys(("read-host", "pause", "get-credential", "out-gridview"), "YW112"),
    **dict.fromkeys(("clear-eventlog", "remove-eventlog", "limit-eventlog"), "YW113"),
    **dict.fromkeys(("disable-computerrestore", "clear-recyclebin"), "YW113"),
}
_LONG_ALIASES = frozenset({"iex", "rmdir", "erase"})
_AD = re.compile(r"(set|new|remove|add|disable|enable|move|reset|unlock)-ad[a-z]+")
_FETCHING = re.compile(r"(?i)\.?(downloadstring|downloadfile|downloaddata)$")
_SHELLS = frozenset({"powershell", "pwsh", "cmd", "wscript", "cscript"})
_HIDDEN = re.compile(r"(?i)^[-/](e|ec|en|enc|enco\w*)$")
# `1MB`, and `a, b` as bare words of a command, which the grammar does not know
_UNKNOWN = re.compile(r"(?i)(?<=\d)[kmgtp]b\b|(?<=\w), ?(?=[a-z]\w*\b(?!\())")
_PLACES = frozenset({"registry", "hklm", "hkcu"})


def check_powershell(body: str) -> tuple[Finding, ...]:
    root = parse(tree_sitter_powershell.language(), _UNKNOWN.sub(_put_known, body))
    findings = list(_check_nodes(root))
    if (line := first_fault(root)) is not None:
        findings.append(found(line, "YW002"))
    return tuple(findings)


def _put_known(form: re.Match[str]) -> str:
    """Return something as long that the grammar knows, so that places stay what they are."""
    return ("0" if form[0].isalpha() else " ") * len(form[0])


def _check_nodes(root: Node) -> Iterator[Finding]:
    for node in walk(root):
        if node.type == "command":
            yield from _check_command(node)
        elif node.type == "invokation_expression":
            yield from _check_method(node)
        elif node.is_error:
            yield from _check_unread(node)


def _check_unread(node: Node) -> Iterator[Finding]:
    """The grammar does not know all of PowerShell: there, words have to do."""
    for word in re.findall(r"[A-Za-z][\w`-]*", words(node)):
        name = word.replace("`", "").lower()
        name = _ALIASES.get(name, name) if name in _LONG_ALIASES else name
        if code := _COMMANDS.get(name):
            yield found(line_of(node), code, word)
        elif name == "remove-item":
            yield found(line_of(node), "YW101", word)


def _check_command(node: Node) -> Iterator[Finding]:
    line = line_of(node)
    named = next((each for each in node.named_children if each.type == "command_name"), None)
    if named is None:
        yield from _check_invoked(node)
        return
    name = plain_name(words(named).replace("`", ""))
    name = _ALIASES.get(name, name)
    arguments = _arguments(node)
    code = _judge(name, arguments)
    if code:
        yield found(line, code, words(named))
    if name in _SHELLS:
        yield from _check_shell(line, name, arguments)
    if name == "invoke-expression" and _FETCHING.search(" ".join(_members(node))):
        yield found(line, "YW105", words(named))


def _check_invoked(node: Node) -> Iterator[Finding]:
    """`& $x`, `& "name"`: a name that stands in quotes is judged, another one can not be."""
    target = next((e for e in node.named_children if e.type.startswith("command_name")), None)
    text = words(target).replace("`", "")
    if target is None or "$" in text or "(" in text:
        yield found(line_of(node), "YW107", text)
        return
    if text.startswith("{"):  # a block of this script itself
        return
    name = plain_name(text)
    if code := _judge(_ALIASES.get(name, name), _arguments(node)):
        yield found(line_of(node), code, text)
    if name in _SHELLS:
        yield from _check_shell(line_of(node), name, _arguments(node))


def _arguments(node: Node) -> tuple[str, ...]:
    elements = next((each for each in node.named_children if each.type == "command_elements"), None)
    if elements is None:
        return ()
    parts = (each for each in elements.named_children if each.type != "command_argument_sep")
    return tuple(words(each).strip("\"'") for each in parts)


def _judge(name: str, arguments: tuple[str, ...]) -> str:
    if name == "remove-item":
        return _judge_removal(arguments)
    if name == "new-item":
        return "YW110" if _is_registry(arguments) else ""
    if name in {"set-itemproperty", "remove-itemproperty", "new-itemproperty"}:
        return "YW110" if _is_registry(arguments) or _has_variable(arguments) else ""
    if name == "set-adobject" or _AD.fullmatch(name):
        return "YW108"
    return _COMMANDS.get(name) or judge_windows_command(name, arguments)


def _judge_removal(arguments: tuple[str, ...]) -> str:
    if _is_registry(arguments):
        return "YW110"
    is_tree = any(re.fullmatch(r"(?i)-r(e(c(u(r(se?)?)?)?)?)?|/s", each) for each in arguments)
    return "YW101" if is_tree else ""


def _is_registry(arguments: tuple[str, ...]) -> bool:
    return any(each.lower().split(":", 1)[0] in _PLACES for each in arguments if ":" in each)


def _has_variable(arguments: tuple[str, ...]) -> bool:
    return any(each.startswith("$") for each in arguments)


def _check_shell(line: int, name: str, arguments: tuple[str, ...]) -> Iterator[Finding]:
    if any(_HIDDEN.match(each) for each in arguments) and name in {"powershell", "pwsh"}:
        yield found(line, "YW106", name)
    elif arguments:
        yield found(line, "YW104", name)


def _members(node: Node) -> Iterator[str]:
    return (words(each) for each in walk(node) if each.type == "member_name")


def _check_method(node: Node) -> Iterator[Finding]:
    named = next((each for each in node.named_children if each.type == "member_name"), None)
    name = words(named).lower()
    text = words(node).lower()
    if _FETCHING.search(name):
        yield found(line_of(node), "YW105", words(named))
    elif name == "frombase64string":
        yield found(line_of(node), "YW106", words(named))
    elif name in {"invoke", "invokescript", "newscriptblock"} or "[scriptblock]::create" in text:
        yield found(line_of(node), "YW104", words(named))
    elif name == "delete" and "directory]" in text:
        yield found(line_of(node), "YW101", words(named))
