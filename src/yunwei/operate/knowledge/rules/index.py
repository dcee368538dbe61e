"""The index of articles in memory: what stands in a title counts more than in symptoms, and that
more than in the rest; rare words count more than common ones (BM25, by tantivy). Pure: it holds
what it is given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import tantivy

from yunwei.base.core.ids import TenantId
from yunwei.operate.knowledge.facts.articles import Article, Audience, Content, Topic
from yunwei.operate.knowledge.rules.words import Word, fold, read_sounds, read_words

_BOOSTS = {"title": 5.0, "symptoms": 2.5, "tags": 2.5, "body": 1.0}
_WEIGHT_PLAIN, _WEIGHT_WEAK, _WEIGHT_ALONE, _WEIGHT_NOTION = 1.0, 0.15, 0.6, 1.6
_WEIGHT_SOUND, _WEIGHT_TYPO = 0.6, 0.7
_OTHER_FIELDS = 0.25
"""What a word counts in a field where it fits less well than in another."""
_TYPO_FROM, _TYPOS_FROM = 5, 9
"""From so many letters on, one or two of them may be wrong."""
_HEAP_BYTES = 15_000_000
_FOR_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What the asker may find. topic: only this one."""

    tenants: tuple[TenantId, ...]
    audiences: tuple[Audience, ...]
    topic: Topic | None = None


class ArticleIndex:
    """Not safe for changes by several threads at once; `search` is."""

    def __init__(self) -> None:
        builder = tantivy.SchemaBuilder()
        for name in (*_BOOSTS, "sounds"):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        for name in ("scope", "audience", "topic"):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)

    def change(self, *, put: Iterable[Article] = (), drop: Iterable[str] = ()) -> None:
        """Take articles in, instead of those of the same keys, and others out."""
        writer = self._index.writer(_HEAP_BYTES, 1)
        for key in drop:
            writer.delete_documents_by_term("key", key)
        for article in put:
            writer.delete_documents_by_term("key", article.key)
            writer.add_document(_as_document(article))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(
        self, question: Sequence[Word], asked: str, reader: Reader, limit: int
    ) -> tuple[tuple[str, float], ...]:
        """Return keys of articles with their scores, the best first. asked: what the question
        was read from."""
        searcher = self._index.searcher()
        wanted = [
            *self._for_words(searcher, question, fold(asked)),
            *(
                tantivy.Query.boost_query(self._term("sounds", each), _WEIGHT_SOUND)
                for each in dict.fromkeys(read_sounds(asked))
            ),
        ]
        if not wanted:
            return ()
        should = tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in wanted])
        whole = [(tantivy.Occur.Must, should), *self._limits(reader)]
        found = searcher.search(tantivy.Query.boolean_query(whole), limit, count=False)
        return tuple(
            (str(searcher.doc(address).get_first("key")), float(score))
            for score, address in found.hits
        )

    def _for_words(
        self, searcher: tantivy.Searcher, question: Sequence[Word], asked: str
    ) -> Iterable[tantivy.Query]:
        runs = {each.start for each in question if len(each.text) > 1}
        runs |= {each.end - 1 for each in question if len(each.text) > 1}
        for word in {each.text: each for each in question}.values():
            weight = _WEIGHT_PLAIN
            if word.is_notion:
                weight = _WEIGHT_NOTION
            elif word.is_weak:
                weight = _WEIGHT_WEAK if word.start in runs else _WEIGHT_ALONE
            elif word.text.isascii() and not self._is_known(searcher, word.text):
                yield from self._for_typo(word.text, asked[word.start : word.end])
                continue
            fields = [self._in_field(name, word.text) for name in _BOOSTS]
            any_field = tantivy.Query.disjunction_max_query(fields, _OTHER_FIELDS)
            yield tantivy.Query.boost_query(any_field, weight)

    def _for_typo(self, word: str, typed: str) -> Iterable[tantivy.Query]:
        """Latin letters that no article has: a slip of the fingers, or Chinese by its sound."""
        yield tantivy.Query.boost_query(self._term("sounds", typed), 1.0)
        if len(word) < _TYPO_FROM:
            return
        distance = 1 if len(word) < _TYPOS_FROM else 2
        for name, boost in _BOOSTS.items():
            alike = tantivy.Query.fuzzy_term_query(self._schema, name, word, distance)
            # a fuzzy term scores 1 for each article that has it
            yield tantivy.Query.boost_query(alike, boost * _WEIGHT_TYPO * 3)

    def _is_known(self, searcher: tantivy.Searcher, word: str) -> bool:
        return any(searcher.doc_freq(name, word) for name in _BOOSTS)

    def _in_field(self, name: str, word: str) -> tantivy.Query:
        return tantivy.Query.boost_query(self._term(name, word), _BOOSTS[name])

    def _term(self, name: str, word: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, name, word, index_option="freq")

    def _limits(self, reader: Reader) -> Iterable[tuple[tantivy.Occur, tantivy.Query]]:
        scopes = [_FOR_ALL, *map(str, reader.tenants)]
        yield self._only("scope", scopes)
        yield self._only("audience", [each.value for each in reader.audiences])
        if reader.topic is not None:
            yield self._only("topic", [reader.topic.value])

    def _only(self, name: str, values: Sequence[str]) -> tuple[tantivy.Occur, tantivy.Query]:
        one_of = tantivy.Query.term_set_query(self._schema, name, values)
        return tantivy.Occur.Must, tantivy.Query.const_score_query(one_of, 0.0)


def fit(question: Sequence[Word], content: Content) -> float:
    """Return how much of a question an article speaks of, from 0 to 1; what its title or symptoms
    do not say counts half."""
    first, rest = _fields(content)
    front = set(" ".join(first.values()).split())
    behind = set(rest.split())
    told = [each for each in {word.text: word for word in question}.values() if not each.is_weak]
    if not told:
        told = list(question)
    if not told:
        return 0.0
    total = sum(_weigh(each) for each in told)
    met = sum(
        _weigh(each) * (1.0 if each.text in front else 0.5 if each.text in behind else 0.0)
        for each in told
    )
    return met / total


def _weigh(word: Word) -> float:
    return _WEIGHT_NOTION if word.is_notion else _WEIGHT_PLAIN


def _as_document(article: Article) -> tantivy.Document:
    first, rest = _fields(article.content)
    texts = article.content.texts.values()
    sounds = [sound for each in texts for sound in read_sounds(f"{each.title} {each.symptoms}")]
    scope = _FOR_ALL if article.is_for_all else str(article.tenant)
    return tantivy.Document(
        **first,
        body=rest,
        sounds=" ".join(sounds),
        key=article.key,
        scope=scope,
        audience=article.content.audience.value,
        topic=article.content.topic.value,
    )


def _fields(content: Content) -> tuple[dict[str, str], str]:
    """Return title, symptoms and tags as words, and the rest, of both languages together."""
    texts = content.texts.values()
    links = " ".join((*content.links.alarm_types, *content.links.causes))
    first = {
        "title": _joined(each.title for each in texts),
        "symptoms": _joined(each.symptoms for each in texts),
        "tags": _joined([*(tag for each in texts for tag in each.tags), links]),
    }
    parts = ("causes", "steps", "verification", "prevention")
    return first, _joined(getattr(each, part) for each in texts for part in parts)


def _joined(texts: Iterable[str]) -> str:
    return " ".join(word.text for text in texts for word in read_words(text))
