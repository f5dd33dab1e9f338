"""The register comes in by workbook as everything else does: findings, preview, confirmation, undoing.

The columns are those of the table ``problems`` of a region, with resource and evidence. A workbook brings new problems and
changes what is said of open ones; steps that ask for a decision, a result or a second person are taken on the problem's page.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, cast

import pandas as pd
from django.utils import timezone

from haihe.messages import Findings, HaiheError, Text
from haihe.region.cells import dtype_of
from haihe.region.draft import Draft, empty_table
from haihe.region.issues import Issue, to_findings
from haihe.region.spec import TableSpec, code, text
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import store
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.problems import raising, states
from haihe.workspace.problems.actions import RAISE
from haihe.workspace.problems.models import Problem, Register
from haihe.workspace.units.codes import checked
from haihe.workspace.units.models import Owned, Person, Unit

NAME = "problems"
_DECLARED = TABLES[NAME]
SPEC = replace(
    _DECLARED,
    columns=(
        *(replace(each, required=False) if each.name in ("source", "quality") else each for each in _DECLARED.columns),
        code("resource", "要素", "resource", ("紧缺的要素", "What is scarce."), ref="resources.resource"),
        text("evidence", "依据", "evidence", ("事实、数据及出处", "Facts and figures with their source.")),
    ),
)
"""The table of a region with what a register says besides."""
SAME = ("name_zh", "name_en", "region", "chain", "resource", "evidence", "source", "quality", "note")
"""Columns that are fields of a problem, as they are."""
STATUS = {states.RAISED: "raised", states.ACCEPTED: "raised", states.DECIDED: "decided", states.WORK: "decided"}
"""Status of a state in the table; every other is ``closed``."""


def status_of(problem: Problem) -> str:
    """Say the state as the table does."""
    return STATUS.get(problem.state, "closed")


def row_of(problem: Problem) -> dict[str, Any]:
    """Give a problem as a row of the table."""
    said = {name: getattr(problem, name) or None for name in SAME}
    return said | {
        "problem": problem.code,
        "name_en": problem.name_en or problem.name_zh,
        "owner": problem.owner.code if problem.owner else None,
        "status": status_of(problem),
        "due": problem.due.isoformat() if problem.due else None,
    }


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Give rows as a typed table."""
    if not rows:
        return empty_table(SPEC)
    types: dict[str, Any] = {column.name: dtype_of(column) for column in SPEC.columns}
    return pd.DataFrame(rows, columns=SPEC.names).astype(types)


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Give a row of a table with empty text for missing cells."""
    return {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}


class ProblemsTarget(Target):
    """The register of problems of an office."""

    code: ClassVar[str] = NAME
    name: ClassVar[Text] = Text("重大问题登记", "register of problems")
    kind: ClassVar[type[Owned]] = Register
    upload_action: ClassVar[str] = RAISE
    confirm_action: ClassVar[str] = RAISE
    replaces: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the register's name."""
        return _register(thing).name

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the table of problems."""
        del thing
        return {NAME: SPEC}

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the problems of the register."""
        del unit
        there = _register(thing).problems.select_related("owner").order_by("number")
        return {NAME: frame_of([row_of(problem) for problem in there])}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the state of every problem."""
        del unit
        editions = list(_register(thing).problems.order_by("pk").values_list("code", "edition"))
        return hashlib.sha256(json.dumps(editions).encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with form, codes, owners and steps that a workbook cannot take."""
        del upload
        found = list(_wrong(_register(thing), draft.tables[NAME])) if NAME in draft.tables else []
        return to_findings([*draft.issues, *found], draft.origins)

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Raise the new problems and change the others."""
        register = _register(thing)
        there = {problem.code: problem for problem in register.problems.select_related("owner", "unit", "register")}
        kept = []
        for row in (plain(row) for row in tables[NAME].to_dict("records")):
            problem = there.get(row["problem"])
            before = plain(row_of(problem)) if problem is not None else None
            if before == row:
                continue
            made = _made(person, register, row) if problem is None else _changed(person, problem, row)
            kept.append({"problem": made.code, "before": before, "after": row, "edition": made.edition})
        register.kept = [*register.kept, {"upload": upload.code, "done": True, "rows": kept}]
        register.save(update_fields=["kept"])
        return thing.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Give every row back what it said before; a problem that was new is declined. Called again, it is redone."""
        register = _register(thing)
        entry = _kept(register, upload)
        entry["done"] = not entry["done"]
        for row in entry["rows"]:
            problem = Problem.objects.select_related("owner", "unit", "register").get(code=row["problem"])
            said = row["after"] if entry["done"] else row["before"]
            _put_back(person, problem, said, reason)
            row["edition"] = problem.edition
        register.save(update_fields=["kept"])
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Name the problems that were changed since."""
        rows = _kept(_register(thing), upload)["rows"]
        now = dict(Problem.objects.filter(code__in=[row["problem"] for row in rows]).values_list("code", "edition"))
        later = [row["problem"] for row in rows if now.get(row["problem"]) != row["edition"]]
        return Text("、".join(later[:5]), ", ".join(later[:5])) if later else None


def _register(thing: Owned) -> Register:
    return cast("Register", thing)


def _kept(register: Register, upload: Upload) -> dict[str, Any]:
    for entry in register.kept:
        if entry["upload"] == upload.code:
            return cast("dict[str, Any]", entry)
    raise HaiheError("E-INT-07", value=upload.code)


def _wrong(register: Register, frame: pd.DataFrame) -> Iterator[Issue]:
    """Give what is wrong with the rows sent."""
    codes = [str(value) for value in frame["problem"].dropna()]
    there = {each.code: each for each in Problem.objects.filter(code__in=codes).select_related("register", "owner")}
    owners = set(Unit.objects.filter(code__in=frame["owner"].dropna().tolist()).values_list("code", flat=True))
    for at, row in enumerate(plain(row) for row in frame.to_dict("records")):
        yield from _wrong_row(register, there.get(row["problem"]), row, owners, at)


def _wrong_row(
    register: Register, problem: Problem | None, row: Mapping[str, str], owners: set[str], at: int
) -> Iterator[Issue]:
    if problem is not None and problem.register_id != register.pk:
        yield Issue("E-PRB-12", NAME, at, "problem", {"value": row["problem"]})
        return
    if problem is None:
        try:
            checked(row["problem"])
        except HaiheError:
            yield Issue("E-PRB-13", NAME, at, "problem", {"value": row["problem"][:60]})
    if row["owner"] and row["owner"] not in owners:
        yield Issue("E-PRB-14", NAME, at, "owner", {"value": row["owner"]})
    standing = status_of(problem) if problem is not None else "raised"
    if row["status"] and row["status"] != standing:
        yield Issue("E-PRB-15", NAME, at, "status", {"value": row["problem"], "now": standing})
    if problem is not None and not problem.open and plain(row_of(problem)) != dict(row):
        yield Issue("E-PRB-16", NAME, at, "problem", {"value": problem.code, "state": problem.state_name})
    yield from (
        Issue("E-PRB-17", NAME, at, name, {"count": len(row[name]), "most": most})
        for name, most in _longest()
        if len(row[name]) > most
    )


def _longest() -> list[tuple[str, int]]:
    """Give the longest text of each column that has a limit."""
    fields = [(each.name, each.max_length) for each in Problem._meta.concrete_fields if each.name in SAME]
    return [(name, most) for name, most in fields if most]


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    """Give what a row says of a problem."""
    said: dict[str, Any] = {name: row[name] for name in SAME}
    return said | {"due": date.fromisoformat(row["due"]) if row["due"] else None}


def _owner(row: Mapping[str, str]) -> Unit | None:
    return Unit.objects.get(code=row["owner"]) if row["owner"] else None


def _made(person: Person, register: Register, row: Mapping[str, str]) -> Problem:
    return raising.raise_problem(person, register.unit, _values(row), "import", code=row["problem"], owner=_owner(row))


def _changed(
    person: Person, problem: Problem, row: Mapping[str, str], verb: str = "change", reason: str = ""
) -> Problem:
    for name, value in _values(row).items():
        setattr(problem, name, value)
    problem.owner = _owner(row)
    store(person.actor(RAISE, "import"), verb, problem, reason=reason)
    return problem


def _put_back(person: Person, problem: Problem, said: Mapping[str, str] | None, reason: str) -> None:
    """Let a problem say what it said; one that was not there is declined, and raised again when it is redone."""
    if said is None:
        problem.state, problem.reason = states.DECLINED, reason
    elif problem.state == states.DECLINED:
        problem.state, problem.reason = states.RAISED, ""
    problem.since = timezone.now()
    row = plain(row_of(problem)) if said is None else said
    _changed(person, problem, row, "undo", reason)
