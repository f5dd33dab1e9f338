"""The settings of a study in words, as its kind's form asks for them."""

from typing import Any

from django import forms

from haihe.messages import Text
from haihe.workspace.frame.words import spoken
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person

YES, NO = Text("是", "yes"), Text("否", "no")
NONE = Text("—", "—")


def settings_of(person: Person, study: Study) -> list[tuple[str, Any]]:
    """Give label and value of every setting, in the order of the form; a setting of another haihe by its name."""
    kind = study.kind_of
    if kind is None or kind.form is None:
        return list(study.settings.items())
    form = kind.form()
    form.offer(person, study.version)
    known = [
        (str(field.label or name), _said(field, study.settings[name]))
        for name, field in form.fields.items()
        if name in study.settings and not field.widget.is_hidden
    ]
    return known + [(name, value) for name, value in study.settings.items() if name not in form.fields]


def _said(field: forms.Field, value: Any) -> Any:
    """Say one value: a choice by its name."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return ("、" if spoken() == "zh" else ", ").join(str(_said(field, each)) for each in value) or NONE
    if value in (None, ""):
        return _choices(field).get("", NONE)
    return _choices(field).get(value, value)


def _choices(field: forms.Field) -> dict[Any, str]:
    """Give the names of what can be chosen; nothing where there is nothing to choose from."""
    offered: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return {code: str(name) for code, name in offered}
