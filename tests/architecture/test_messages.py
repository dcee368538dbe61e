"""The texts that people see: how they are gathered, kept and compiled, and what is refused."""

import gettext
from pathlib import Path

import pytest

from tools.check_messages import check, check_python, check_template
from tools.messages import compile_catalogs, gather, read_catalog, render_catalog, update

CODE = """\
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
# Translators: shown on top
_("Hello %(name)s")
gettext_lazy("Overview")
ngettext("%(n)s alarm", "%(n)s alarms", 2)
pgettext("verb", "Clear")
"""
TEMPLATE = """\
{% load i18n %}<h1>{% translate "Overview" %}</h1>
{% blocktranslate trimmed count n=items|length with who=user.name %}
  One item of {{ who }}
{% plural %}
  {{ n }} items of {{ who }}
{% endblocktranslate %}
<a title="{% translate 'Sign out' context 'menu' %}">{{ _("Inline") }}</a>
"""
TRANSLATED = {
    "Hello %(name)s": "%(name)s，你好",
    "Overview": "总览",
    "%(n)s alarm": "%(n)s 条告警",
    "Clear": "清除",
    "One item of %(who)s": "%(who)s 的 %(n)s 项",
    "Sign out": "退出",
    "Inline": "行内",
}


class Product:
    """A small product below a folder: one page in Python, one template, one catalogue."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = root / "src/yunwei/locale/zh_Hans/LC_MESSAGES/django.po"
        self.code = root / "src/yunwei/faces/web/views.py"
        for file in (self.catalog, self.code, self.code.parent / "templates" / "page.html"):
            file.parent.mkdir(parents=True, exist_ok=True)
        (self.code.parent / "templates" / "page.html").write_text(TEMPLATE)
        self.code.write_text(CODE)
        self.catalog.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')
        update(root)

    def translate(self, translations: dict[str, str]) -> None:
        catalog = read_catalog(self.catalog)
        for message in catalog:
            original = message.id if isinstance(message.id, str) else message.id[0]
            if original in translations:
                text = translations[original]
                message.string = text if isinstance(message.id, str) else (text,)
        self.catalog.write_text(render_catalog(catalog), "utf-8")

    def said(self) -> list[str]:
        return [finding.message for finding in check(self.root)]


@pytest.fixture
def empty(tmp_path: Path) -> Product:
    return Product(tmp_path)


@pytest.fixture
def product(empty: Product) -> Product:
    empty.translate(TRANSLATED)
    return empty


def test_texts_of_code_and_templates_are_gathered(empty: Product) -> None:
    found = {(message.id, message.context) for message in gather(empty.root) if message.id}
    assert found == {
        ("Hello %(name)s", None),
        ("Overview", None),
        (("%(n)s alarm", "%(n)s alarms"), None),
        ("Clear", "verb"),
        (("One item of %(who)s", "%(n)s items of %(who)s"), None),
        ("Sign out", "menu"),
        ("Inline", None),
    }


def test_complete_catalog_is_clean(product: Product) -> None:
    assert product.said() == []


def test_every_missing_translation_is_named(empty: Product) -> None:
    assert len(empty.said()) == len(TRANSLATED)
    assert all("has no translation" in told for told in empty.said())


def test_new_text_must_reach_the_catalog(product: Product) -> None:
    product.code.write_text(CODE + '_("New")\n')
    (told,) = product.said()
    assert told.startswith("'New' is missing")


def test_text_no_longer_used_must_leave_the_catalog(product: Product) -> None:
    product.code.write_text(CODE.replace('_("Hello %(name)s")', ""))
    (told,) = product.said()
    assert told.startswith("'Hello %(name)s' is not used")


@pytest.mark.parametrize(
    ("translation", "wrong"),
    [("%(nam)s，你好", "%(nam)s"), ("你好", "nothing"), ("%(name)s <b>你好</b>", "</b> <b>")],
)
def test_placeholders_must_agree(product: Product, translation: str, wrong: str) -> None:
    product.translate({"Hello %(name)s": translation})
    told = [line for line in product.said() if "fills in" in line]
    assert len(told) == 1
    assert wrong in told[0]


def test_only_form_of_chinese_must_have_the_number(product: Product) -> None:
    product.translate({"One item of %(who)s": "%(who)s 的一项"})
    assert any("'One item of %(who)s' fills in %(who)s" in told for told in product.said())


def test_fuzzy_translation_is_refused(product: Product) -> None:
    text = product.catalog.read_text("utf-8")
    product.catalog.write_text(text.replace('msgid "Inline"', '#, fuzzy\nmsgid "Inline"'), "utf-8")
    assert any("fuzzy" in told for told in product.said())


def test_update_keeps_translations_and_changes_nothing_twice(product: Product) -> None:
    before = product.catalog.read_text("utf-8")
    update(product.root)
    assert product.catalog.read_text("utf-8") == before
    assert all(translation in before for translation in TRANSLATED.values())


def test_compiled_catalog_is_read_by_gettext(product: Product) -> None:
    compile_catalogs(product.root)
    with product.catalog.with_suffix(".mo").open("rb") as source:
        compiled = gettext.GNUTranslations(source)
    assert compiled.gettext("Overview") == "总览"
    assert compiled.pgettext("menu", "Sign out") == "退出"
    assert compiled.ngettext("%(n)s alarm", "%(n)s alarms", 5) == "%(n)s 条告警"


@pytest.mark.parametrize(
    "template",
    [
        "<p>Open alarms</p>",
        "<p>告警</p>",
        '<input placeholder="Search">',
        "<p>{{ n }} alarms</p>",
        '<button aria-label="Close"></button>',
    ],
)
def test_text_outside_translate_is_refused(template: str) -> None:
    assert list(check_template("page.html", template))


@pytest.mark.parametrize(
    "template",
    [
        '{% translate "Open alarms" %}',
        "{% blocktranslate %}Open alarms{% endblocktranslate %}",
        "{# Open alarms #}{% comment %}Open alarms{% endcomment %}",
        "<!-- Open alarms --><script>const open = 1</script>",
        '<p class="open-alarms">{{ n }}&nbsp;%</p>',
        "<h1>Yunwei 云维</h1><a>REST API</a>",
        "<input placeholder=\"{% translate 'Search' %}\">",
    ],
)
def test_template_without_words_of_its_own_passes(template: str) -> None:
    assert list(check_template("page.html", template)) == []


def test_line_of_unmarked_text_is_true() -> None:
    template = "{% comment %}\n\n{% endcomment %}\n<p>\n{{ a }}\nOpen</p>"
    (finding,) = check_template("page.html", template)
    assert finding.line == 6


def test_chinese_in_the_code_of_pages_is_refused() -> None:
    assert list(check_python("views.py", "title = '告警'"))
    assert list(check_python("views.py", "title = _('Alarms')  # 告警")) == []


def test_a_mark_that_gathering_does_not_know_is_refused() -> None:
    marked = "from django.utils.translation import gettext as {}\n"
    assert list(check_python("views.py", marked.format("said")))
    assert list(check_python("views.py", marked.format("_"))) == []
