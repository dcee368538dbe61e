"""The rule language: typed conditions that select alarms, later desktops and people. Pure.

One tree (`tree`), its JSON form (`parse`), its text form (`text`), what it matches (`match`), the
same as ClickHouse SQL (`sql`), and an index over many of them (`index`). Everything fails closed.
"""

from yunwei.base.core.condition.fields import (  # rule: the language has one door
    ALARM_FIELDS,
    Field,
    FieldSet,
    Kind,
    Label,
)
from yunwei.base.core.condition.index.build import (  # rule: the language has one door
    UNANCHORED_BUDGET,
    Index,
    build_index,
    build_indexes,
    needs_every_row,
)
from yunwei.base.core.condition.match import compile_condition  # rule: the language has one door
from yunwei.base.core.condition.parse import (  # rule: the language has one door
    condition_to_json,
    parse_condition,
    parse_stored,
)
from yunwei.base.core.condition.sentence import (  # rule: the language has one door
    Fragment,
    say_condition,
    tell_condition,
)
from yunwei.base.core.condition.sets import (  # rule: the language has one door
    NamedSets,
    names_of_sets,
    resolve_sets,
)
from yunwei.base.core.condition.sql import (  # rule: the language has one door
    SqlText,
    condition_to_sql,
)
from yunwei.base.core.condition.text import (  # rule: the language has one door
    condition_to_text,
    lay_out,
    parse_text,
)
from yunwei.base.core.condition.tokens import BadText  # rule: the language has one door
from yunwei.base.core.condition.tree import (  # rule: the language has one door
    EVERYTHING,
    NOTHING,
    All,
    Condition,
    Matcher,
    Not,
    Op,
    Row,
    Some,
    Term,
    is_about_everything,
    walk_terms,
)

__all__ = [  # rule: the language has one door
    "ALARM_FIELDS",
    "EVERYTHING",
    "NOTHING",
    "UNANCHORED_BUDGET",
    "All",
    "BadText",
    "Condition",
    "Field",
    "FieldSet",
    "Fragment",
    "Index",
    "Kind",
    "Label",
    "Matcher",
    "NamedSets",
    "Not",
    "Op",
    "Row",
    "Some",
    "SqlText",
    "Term",
    "build_index",
    "build_indexes",
    "compile_condition",
    "condition_to_json",
    "condition_to_sql",
    "condition_to_text",
    "is_about_everything",
    "lay_out",
    "names_of_sets",
    "needs_every_row",
    "parse_condition",
    "parse_stored",
    "parse_text",
    "resolve_sets",
    "say_condition",
    "tell_condition",
    "walk_terms",
]
