"""Texts to the words under which they are found. Chinese has no spaces: each pair of neighbouring
characters is a word, and each character a weak one; English words are cut to their stem. Beside
the words stand notions: what people call the same thing (`synonyms.toml`). Pure.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import tantivy
from pypinyin import Style, pinyin

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[._-][a-z0-9]+)*")
_PART = re.compile(r"[a-z0-9]+")
_STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being but by
    did do does doing done for from get gets getting got had has have he her him his how i if
    in into is it its just me my no nor not now of off on one or our out over own please she
    so some such t than that the their them then there these they this to too up us very was
    we were what when where which while who why will with would you your every since still s
    m re ve ll d don
    """.split()  # noqa: SIM905 - read as a sentence
)
_CHATTER = re.compile(
    "怎么办|怎么回事|怎么|为什么|为啥|如何|请问|什么|咋办|咋|一直|老是|总是|突然|今天|昨天|早上|"
    "应该|可以|能不能|我们|你们|他们|我的|我|你|他|了|的|吗|呢|啊|吧|是|在|有|就|都|也|很|又|请|把|被|要|想|到|这个|这|那|一个|个|得"
)
_NOTION = "§"
_LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word with its place in the text it was read from."""

    text: str
    start: int
    end: int

    @property
    def is_notion(self) -> bool:
        return self.text.startswith(_NOTION)

    @property
    def is_weak(self) -> bool:
        """One Chinese character."""
        return len(self.text) == 1 and self.text > "\u3400"


def fold(text: str) -> str:
    """Return a text in small letters and half width, each character in its place."""
    return "".join(map(_fold_letter, text))


def read_words(text: str) -> tuple[Word, ...]:
    """Return the words of a text with their places, notions included."""
    folded = fold(text)
    return (*_plain_words(folded), *_notions(folded))


def read_question(text: str) -> tuple[Word, ...]:
    """Return the words of what somebody asks, without what only makes it a sentence."""
    folded = fold(text[:_LONGEST_QUESTION])
    bare = _CHATTER.sub(lambda found: " " * len(found.group()), folded)
    return (*_plain_words(bare), *_notions(folded))


def read_sounds(text: str) -> tuple[str, ...]:
    """Return how neighbouring Chinese characters sound, for what was typed by its sound."""
    return tuple(
        _sound(run[place]) + _sound(run[place + 1])
        for run in _RUN.findall(fold(text))
        if run[0] > "\u3400"
        for place in range(len(run) - 1)
    )


def _plain_words(folded: str) -> Iterator[Word]:
    for run in _RUN.finditer(folded):
        if run.group()[0] > "\u3400":
            yield from _chinese(run.group(), run.start())
        else:
            yield from _latin(run)


def _chinese(run: str, start: int) -> Iterator[Word]:
    for place, letter in enumerate(run):
        yield Word(text=letter, start=start + place, end=start + place + 1)
        if place + 1 < len(run):
            yield Word(text=run[place : place + 2], start=start + place, end=start + place + 2)


def _latin(run: re.Match[str]) -> Iterator[Word]:
    parts = list(_PART.finditer(run.group()))
    if len(parts) > 1:
        yield Word(text=run.group(), start=run.start(), end=run.end())
    for part in parts:
        if part.group() not in _STOP_WORDS:
            start = run.start() + part.start()
            yield Word(text=stem(part.group()), start=start, end=start + len(part.group()))


def _notions(folded: str) -> Iterator[Word]:
    reader, names = _notion_reader()
    for found in reader.finditer(folded):
        said = found.group(1) or found.group(2)
        for name in names[said]:
            start, end = found.span()
            yield Word(text=f"{_NOTION}{name}", start=start, end=end)


@cache
def _notion_reader() -> tuple[re.Pattern[str], Mapping[str, tuple[str, ...]]]:
    file = files("yunwei.operate.knowledge.rules").joinpath("synonyms.toml")
    told = tomllib.loads(file.read_text("utf-8"))
    names: dict[str, tuple[str, ...]] = {}
    chinese: set[str] = set()
    english: set[str] = set()
    for name, said in told.items():
        for word in (*said["zh"], *said["en"]):
            names[word] = tuple(dict.fromkeys((*names.get(word, ()), name)))
        chinese.update(said["zh"])
        english.update(said["en"])
    pattern = (
        rf"({_any_of(each for each in chinese if not each.isascii())})"
        rf"|(?<![a-z0-9])({_any_of(each for each in chinese | english if each.isascii())})"
        r"[a-z]{0,3}(?![a-z0-9])"
    )
    return re.compile(pattern), names


def _any_of(words: Iterator[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of an English word in small letters."""
    found = _stemmer().analyze(word)
    return found[0] if found else word


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


@lru_cache(maxsize=20_000)
def _fold_letter(letter: str) -> str:
    folded = unicodedata.normalize("NFKC", letter).lower()
    return folded if len(folded) == 1 else letter


@lru_cache(maxsize=20_000)
def _sound(letter: str) -> str:
    return pinyin(letter, style=Style.NORMAL)[0][0]
