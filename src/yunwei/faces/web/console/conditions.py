"""The editor of conditions by itself: parts that pages with one fetch. No page of its own."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from yunwei.base.core.errors import Invalid
from yunwei.base.people.facts import Permission, Viewer
from yunwei.faces.web.shared.condition_values import excerpt_of, show_condition
from yunwei.faces.web.shared.conditions import ConditionForm, read_rows
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.page import action, render

_RULES = (Permission.SEE_RULES, Permission.MANAGE_RULES)


@action(*_RULES)
def edit_condition(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /conditions/edit: does what a button of the editor asks; nothing is saved"""
    condition = read_rows(request)
    condition.apply_act()
    may_be_everything = request.POST.get("condition.may_be_everything") == "true"
    context = show_condition(viewer, condition, may_be_everything=may_be_everything)
    return render(request, "shared/components/condition.html", **context)


@action(*_RULES)
def check_condition(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """POST /conditions/check: the sentence of what is typed, or what is wrong with it"""
    condition = read_rows(request)
    return render(
        request,
        "shared/components/condition_said.html",
        condition=condition,
        check=_check(condition),
        excerpt=excerpt_of(condition),
    )


def _check(condition: ConditionForm) -> str:
    """Return what is wrong; of rows nothing, while they are being filled in."""
    if condition.mode == "text" and not condition.text:
        return ""
    try:
        condition.parse()
    except Invalid as error:
        is_unfinished = condition.mode == "form" and not any(
            not node.is_group and not node.is_empty for node in condition.nodes
        )
        return "" if is_unfinished else say_error(error)
    return ""


urlpatterns = [
    path("conditions/edit", edit_condition, name="condition_edit"),
    path("conditions/check", check_condition, name="condition_check"),
]
