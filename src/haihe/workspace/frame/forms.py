"""Forms: fields with labels, hints and errors beside them, a summary that leads to each, and the edition that was seen.

A form is a Django form that knows its object's edition and takes the errors of services as its own. Its page is
``frame/form.html``; a page of a room includes ``frame/form_part.html``.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.models import Recorded
from haihe.workspace.frame import names
from haihe.workspace.frame.failures import status_of
from haihe.workspace.frame.words import spoken

SAVE = Text("保存", "Save")
MOST_DIGITS = 9


def _called(thing: Any) -> str:
    """Give what a thing to be chosen is called in the page's language, never its code where it has a name."""
    name = getattr(thing, "name", None)
    return name(spoken()) if isinstance(name, Text) else str(thing)


class OfficeForm(forms.Form):
    """Base of every form of the workspace. Labels and hints are given with `words`."""

    groups: ClassVar[Sequence[tuple[Text, Sequence[str]]]] = ()
    """Fields shown under a heading of their own; a form without groups is one run of fields."""

    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)
    error_css_class = "wrong"

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            if isinstance(field.widget, forms.DateInput):  # a browser's own field takes ISO dates in every language
                field.widget.input_type, field.widget.format = "date", "%Y-%m-%d"
        self._offer_names()

    def _offer_names(self) -> None:
        """Show what can be chosen by its name, and offer the names of codes beside a field that takes a code."""
        for name, field in self.fields.items():
            offered = names.OFFERED.get(names.CODES.get(name, ""))
            if offered is not None and isinstance(field.widget, forms.TextInput):
                field.widget.attrs["list"] = f"offered-{name}"
                field.offered = offered  # type: ignore[attr-defined]
            if isinstance(field, forms.ModelChoiceField) and "label_from_instance" not in vars(field):
                field.label_from_instance = _called  # type: ignore[method-assign,assignment]

    @classmethod
    def of(cls, request: HttpRequest, thing: Recorded | None = None, **more: Any) -> Self:
        """Give the form as the request asks for it: filled with what was sent, else with what the object says.

        Parameters
        ----------
        request : HttpRequest
            A POST fills the form with what was sent.
        thing : Recorded, optional
            The object that is edited: its fields of the same names are shown first, and its edition is kept.
        **more
            Handed on to the form; ``initial`` wins over the object.
        """
        initial = {} if thing is None else {name: getattr(thing, name) for name in cls._shared(thing)}
        if thing is not None:
            initial["edition"] = thing.edition
        initial |= more.pop("initial", {})
        sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
        return cls(initial=initial, **sent, **more)

    @classmethod
    def _shared(cls, thing: Recorded) -> list[str]:
        names = {each.name for each in thing._meta.concrete_fields}
        return [name for name in cls.base_fields if name in names]

    def values(self) -> dict[str, Any]:
        """Give what was entered, checked, without the edition."""
        return {name: value for name, value in self.cleaned_data.items() if name != "edition"}

    @property
    def seen(self) -> int | None:
        """The edition that the person saw, for `audit.chain.store`."""
        return self.cleaned_data.get("edition")

    def done(self, service: Callable[[], Any]) -> bool:
        """Run a service where what was entered is valid; what it refuses becomes the form's errors.

        An error whose finding names a column that is a field of the form stands beside that field. Conflicts, locks and
        limits (every answer that is not 422) are left to their own page.
        """
        if not self.is_valid():
            return False
        try:
            service()
        except HaiheError as error:
            if status_of(error) != 422:
                raise
            self.refuse(error)
            return False
        return True

    def refuse(self, error: HaiheError) -> None:
        """Take the findings of an error as the form's own."""
        for finding in error.findings:
            where = finding.column if finding.column in self.fields else None
            self.add_error(where, finding.text(spoken()))

    @property
    def parts(self) -> list[tuple[Text | None, list[forms.BoundField]]]:
        """The visible fields by group, in order; what no group names stands first."""
        named = {name for _, names in self.groups for name in names}
        rest = [field for field in self.visible_fields() if field.name not in named]
        grouped = [(title, [self[name] for name in names if name in self.fields]) for title, names in self.groups]
        return [(None, rest), *grouped] if rest else list(grouped)

    def page(
        self,
        request: HttpRequest,
        title: Text,
        template: str = "frame/form.html",
        button: Text = SAVE,
        back: str = "",
        **more: Any,
    ) -> HttpResponse:
        """Answer with the form's page: 200, or 422 where what was sent is refused."""
        said = {"form": self, "title": title, "button": button, "back": back} | more
        return render(request, template, said, status=422 if self.is_bound and self.errors else 200)


def edition_of(request: HttpRequest) -> int | None:
    """Give the edition that a posted button or form carries; ``None`` where it carries none that can be read."""
    said = request.POST.get("edition", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS else None
