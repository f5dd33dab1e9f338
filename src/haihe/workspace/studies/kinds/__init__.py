"""Kinds of studies: what each is called, what it asks, what it needs, and how the library is run for it.

One file a kind; each declares itself with `declare`, and the room's `announce` imports it. A kind imports the rooms of the
library that it runs inside its own function, because they take seconds to load.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from haihe.messages import HaiheError, Text
from haihe.region import TABLES, Region
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import spoken
from haihe.workspace.jobs.tasks import Work

if TYPE_CHECKING:
    from haihe.workspace.data.models import Version
    from haihe.workspace.studies.kept import Kept, Result
    from haihe.workspace.studies.models import Study
    from haihe.workspace.units.models import Person

Settings = dict[str, Any]


class KindForm(OfficeForm):
    """What a kind asks. Every field has a default (its ``initial``), so that an empty form gives a first result quickly."""

    def offer(self, person: "Person", version: "Version") -> None:
        """Fill in what can be chosen in a data version, as one person sees it; by default nothing."""

    def settings(self) -> Settings:
        """Give what was entered as JSON values; equal settings give equal JSON."""
        return {name: _plain(value) for name, value in self.values().items()}


def _plain(value: Any) -> Any:
    """Write a form's value as JSON: objects by code, choices of several sorted as they were offered."""
    if isinstance(value, Model):
        return getattr(value, "code", str(value))
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of study.

    Parameters
    ----------
    code : str
        Stands in addresses and in the API.
    name, about : Text
        What it is called, and which question it answers.
    run : callable
        Does it: gets a `Work`, the region with the scenario in force, and the settings; gives a `Kept`. It may be done again
        after its process was killed.
    form : type of KindForm, optional
        What it asks; nothing where there is none.
    seconds : float
        Time limit.
    memory_mb : int
        Memory limit; 0 for that of the office.
    order : int
        Place among the kinds.
    needs : tuple of str
        Tables without which it cannot be done.
    asked_apart : bool
        It is asked for from pages of its own, not from the page that offers the kinds.
    rests : callable, optional
        Gives, of its settings, the codes of the studies that it is made of: who does not see those does not see it.
    """

    code: str
    name: Text
    about: Text
    run: "Callable[[Work, Region, Mapping[str, Any]], Kept]"
    form: type[KindForm] | None
    seconds: float
    memory_mb: int
    order: int
    needs: tuple[str, ...] = ()
    asked_apart: bool = False
    rests: "Callable[[Mapping[str, Any]], list[str]] | None" = None

    @property
    def task(self) -> str:
        """The kind of work in the background."""
        return f"studies.run-{self.code}"

    def lacking(self, tables: Container[str]) -> list[str]:
        """Give the tables that it needs and that are absent."""
        return [name for name in self.needs if name not in tables]

    def must_have(self, tables: Container[str]) -> None:
        """Raise ``E-STU-02`` where tables that it needs are absent."""
        absent = self.lacking(tables)
        if absent:
            titles = [TABLES[name].title for name in absent]
            said = Text("、".join(title.zh for title in titles), ", ".join(title.en for title in titles))
            raise HaiheError("E-STU-02", value=self.name, tables=said)

    def checked(self, person: "Person", version: "Version", settings: Mapping[str, Any]) -> Settings:
        """Give settings as the form takes them, with its defaults for what is not said; ``E-STU-03`` where it refuses them."""
        if self.form is None:
            return {}
        unknown = sorted(set(settings) - set(self.form.base_fields))
        if unknown:
            raise HaiheError(
                "E-STU-03", value=self.name, column=unknown[0], why=Text("没有这一项", "there is no such setting")
            )
        first = self.form()
        first.offer(person, version)
        said = {name: first.get_initial_for_field(field, name) for name, field in first.fields.items()} | dict(settings)
        form = self.form(
            data={name: value for name, value in said.items() if value is not False and value not in (None, "")}
        )
        form.offer(person, version)
        if form.is_valid():
            return form.settings()
        name, wrong = next(iter(form.errors.as_data().items()))
        raise HaiheError("E-STU-03", value=self.name, column=name, why=_why(wrong[0]))


def _why(error: ValidationError) -> Text:
    said = "；".join(error.messages) if spoken() == "zh" else "; ".join(error.messages)
    return Text(said, said)


KINDS: dict[str, Kind] = {}
"""Every kind by its code."""


BESIDE: "dict[str, Callable[[Any, Study, Result], dict[str, Any]]]" = {}
"""What a kind's own part of the study page needs beside the general one, by the kind's code: gets the request, the study
that is done and what it found; ``studies/kinds/<code>.html`` shows it above the figures."""


def declare(kind: Kind) -> Kind:
    """Declare a kind of study; gives it back."""
    KINDS[kind.code] = kind
    return kind


def kinds() -> list[Kind]:
    """Give the kinds in their order."""
    return sorted(KINDS.values(), key=lambda kind: kind.order)
