"""What the checks have in common: the codes of findings, and commands by what they can do. Pure."""

from yunwei.operate.scripts.facts.library import Finding, Level

CODES = {
    "YW001": Level.WARNING,  # it can not be read as its language
    "YW002": Level.WARNING,  # our grammar does not know this place; what is there is for eyes
    "YW101": Level.DANGER,  # deletes whole trees
    "YW102": Level.DANGER,  # formats or overwrites disks
    "YW103": Level.DANGER,  # switches off or restarts
    "YW104": Level.DANGER,  # runs what it was not written with: eval, Invoke-Expression
    "YW105": Level.DANGER,  # fetches something and runs it
    "YW106": Level.DANGER,  # hides what it runs: encoded
    "YW107": Level.DANGER,  # a command whose name is only known when it runs
    "YW108": Level.DANGER,  # changes accounts, rights or the domain
    "YW109": Level.DANGER,  # switches off protection: antivirus, firewall, execution policy
    "YW110": Level.DANGER,  # changes the registry
    "YW111": Level.WARNING,  # ends processes or stops services
    "YW112": Level.WARNING,  # asks a person, and nobody is there
    "YW113": Level.DANGER,  # destroys restore points or logs
}


def found(line: int, code: str, detail: str = "") -> Finding:
    return Finding(line=line, level=CODES[code], code=code, detail=detail[:200])


COMMANDS_OF_WINDOWS = {
    "format": "YW102",
    "diskpart": "YW102",
    "cipher": "YW102",
    "shutdown": "YW103",
    "bcdedit": "YW103",
    "net": "",
    "reg": "",
    "vssadmin": "",
    "wbadmin": "YW113",
    "wevtutil": "",
    "takeown": "YW108",
    "icacls": "YW108",
    "cacls": "YW108",
    "netdom": "YW108",
    "netsh": "",
    "taskkill": "YW111",
    "mshta": "YW105",
    "regsvr32": "YW105",
    "rundll32": "YW105",
    "bitsadmin": "YW105",
    "certutil": "",
    "sc": "",
    "choice": "YW112",
    "pause": "YW112",
}
"""By the plain name, without `.exe`; "" where it depends on the first word after it."""

_BY_WORD = {
    "net": {"user": "YW108", "localgroup": "YW108", "stop": "YW111", "group": "YW108"},
    "reg": {"delete": "YW110", "add": "YW110", "import": "YW110", "restore": "YW110"},
    "vssadmin": {"delete": "YW113", "resize": "YW113"},
    "wevtutil": {"cl": "YW113", "clear-log": "YW113"},
    "netsh": {"advfirewall": "YW109", "firewall": "YW109"},
    "sc": {"delete": "YW108", "config": "YW108", "stop": "YW111"},
}


def judge_windows_command(name: str, words: tuple[str, ...]) -> str:
    """Return the code for a command of Windows, "" when it is of no danger by itself."""
    code = COMMANDS_OF_WINDOWS.get(name)
    if code is None:
        return ""
    lowered = tuple(word.lower() for word in words)
    if name == "certutil":
        is_fetching = any(word.lstrip("-/") in {"urlcache", "decode"} for word in lowered)
        return "YW105" if is_fetching else ""
    if name == "netsh":
        is_change = "set" in lowered or "delete" in lowered or "reset" in lowered
        return _BY_WORD["netsh"].get(lowered[0], "") if lowered and is_change else ""
    if name == "icacls" and not any(
        word.startswith(("/grant", "/reset", "/set")) for word in lowered
    ):
        return ""
    if code:
        return code
    return _BY_WORD[name].get(lowered[0], "") if lowered else ""


def plain_name(name: str) -> str:
    r"""Return a command's name without its folder and ending: `C:\x\Reg.EXE` is reg."""
    last = name.strip("\"'`").replace("\\", "/").rsplit("/", 1)[-1].lower()
    for ending in (".exe", ".com", ".cmd", ".bat"):
        last = last.removesuffix(ending)
    return last
