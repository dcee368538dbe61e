"""The articles that come with the platform, as files beside this part."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from yunwei.base.core.errors import Invalid, Misconfigured
from yunwei.operate.knowledge.facts.articles import Article
from yunwei.operate.knowledge.rules.files import ArticleFile, join_files, read_file


@cache
def shipped_articles() -> Mapping[str, Article]:
    """Return them by their keys, which are the names of their files. Raises Misconfigured."""
    by_key: dict[str, dict[str, ArticleFile]] = {}
    folder = files("yunwei.operate.knowledge").joinpath("articles")
    for each in sorted(folder.iterdir(), key=lambda file: file.name):
        key, _, ending = each.name.partition(".")
        language = ending.removesuffix(".md")
        try:
            by_key.setdefault(key, {})[language] = read_file(each.read_text("utf-8"))
        except Invalid as error:
            raise Misconfigured(f"article {each.name}: {error.message}") from error
    return {key: Article(key=key, content=join_files(found)) for key, found in by_key.items()}
