"""An article is a file that is read back as it was written; what can not be read says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.errors import Invalid
from yunwei.operate.knowledge.facts.articles import Audience, Content, Links, Text, Topic
from yunwei.operate.knowledge.rules.files import join_files, read_file, write_file

HEAD = '+++\ntitle = "t"\ntopic = "logon"\naudience = "users"\n'
words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
lines = words.filter(lambda text: not text.startswith("#"))
sections = st.lists(lines, max_size=3).map("\n\n".join)
texts = st.builds(
    Text,
    title=words,
    tags=st.lists(words, max_size=2).map(tuple),
    symptoms=sections,
    causes=sections,
    steps=sections,
    verification=sections,
    prevention=sections,
)


@given(st.sampled_from(["zh", "en"]), texts)
def test_an_article_is_read_back_as_it_was_written(language: str, text: Text) -> None:
    content = Content(
        audience=Audience.OPERATORS,
        topic=Topic.CLOUD,
        texts={language: text},
        links=Links(alarm_types=("host.down",), causes=("host_down",), remedies=('a "b"',)),
    )
    assert join_files({language: read_file(write_file(content, language))}) == content


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# no head",
        "+++\ntitle = 1\n+++\n",
        f"{HEAD}+++\nfirst words\n## Steps\nx",
        f"{HEAD}+++\n## Recipe\nx",
        f"{HEAD}+++\n## Steps\nx\n## 处理步骤\ny",
        f'{HEAD}unknown = "x"\n+++\n## Steps\nx',
        HEAD.replace("logon", "cooking") + "+++\n## Steps\nx",
    ],
)
def test_what_can_not_be_read_says_so(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_file(text)
    assert refused.value.field == "file"


def test_languages_that_contradict_each_other_are_refused() -> None:
    one = read_file(f"{HEAD}+++\n## Steps\nx")
    other = read_file(f'{HEAD}causes = ["host_down"]\n+++\n## Steps\nx')
    with pytest.raises(Invalid):
        join_files({"zh": one, "en": other})
