"""A script as a page shows it: line by line, in colours, with what was found at its line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from pygments.lexer import Lexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer, BatchLexer, PowerShellLexer
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType

from yunwei.operate.scripts.facts.library import Finding, ScriptLanguage

_LEXERS: Mapping[ScriptLanguage, type[Lexer]] = {
    ScriptLanguage.POWERSHELL: PowerShellLexer,
    ScriptLanguage.BATCH: BatchLexer,
    ScriptLanguage.SHELL: BashLexer,
    ScriptLanguage.PYTHON: PythonLexer,
}
_LOOKS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Name.Builtin, "builtin"),
    (Name.Function, "builtin"),
    (Name.Variable, "variable"),
    (Keyword, "keyword"),
)


@dataclass(frozen=True, slots=True)
class CodeLine:
    number: int
    text: SafeString
    findings: tuple[Finding, ...]

    @property
    def level(self) -> str:
        worst = max(self.findings, key=lambda each: each.level.weight, default=None)
        return worst.level.value if worst else ""


def read_code(
    language: ScriptLanguage, body: str, findings: Iterable[Finding] = ()
) -> tuple[CodeLine, ...]:
    """Return the lines of a script. Cost: some 10 ms for 1,000 lines."""
    at: dict[int, list[Finding]] = {}
    for each in findings:
        at.setdefault(each.line, []).append(each)
    return tuple(
        CodeLine(number, _draw(tokens), tuple(at.get(number, ())))
        for number, tokens in enumerate(_lines(language, body), start=1)
    )


def _lines(language: ScriptLanguage, body: str) -> list[list[tuple[str, str]]]:
    lexer = _LEXERS[language](stripnl=False, ensurenl=False)
    lines: list[list[tuple[str, str]]] = [[]]
    for kind, text in lexer.get_tokens(body.rstrip("\n")):
        first, *others = text.split("\n")
        lines[-1].append((_look(kind), first))
        lines.extend([(_look(kind), each)] for each in others)
    return lines


def _look(kind: _TokenType) -> str:
    return next((look for wanted, look in _LOOKS if kind in wanted), "")


def _draw(tokens: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join("", '<span data-look="{}">{}</span>', (t for t in tokens if t[1]))
