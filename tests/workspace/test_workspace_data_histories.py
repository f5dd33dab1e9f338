"""Properties over random histories: nothing that is locked changes, nothing is merged that was not accepted, all is recorded."""

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from request_cases import YEAR, answer_of, open_request

from haihe.messages import HaiheError
from haihe.region import TABLES
from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.data import answers, merges, versions
from haihe.workspace.data.asking import asked_columns, keys_of
from haihe.workspace.data.merging import ANSWER, DATASET, Given, merge
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.units.approval import DRAFT
from small_region import small_tables
from workspace_cases import City

UNITS = ("TJ-BH", "TJ-HP")
SPEC = TABLES["endowments"]
COLUMNS = asked_columns(SPEC, ["value"])
PEOPLE = st.sampled_from(["planner", "bh-editor", "bh-approver", "hp-editor", "hp-approver"])


def by_key(frame: pd.DataFrame) -> dict[tuple[Any, ...], float]:
    return dict(zip(keys_of(frame, SPEC), frame["value"], strict=True))


class Histories(RuleBasedStateMachine):
    """Two districts answer, are approved, accepted, returned, merged, taken back, in any order, by anybody."""

    city: ClassVar[City]

    def __init__(self) -> None:
        super().__init__()
        self.rolled = transaction.atomic()
        self.rolled.__enter__()
        self.request = open_request(self.city)
        self.locked: dict[str, dict[str, Any]] = {}
        self.uploads = 0
        self.done = 0
        self.first = Entry.objects.count()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled.__exit__(None, None, None)

    def attempt(self, service: Any, *args: Any, **more: Any) -> bool:
        """Try a step; a refusal must leave no trace."""
        before = Entry.objects.count()
        try:
            with transaction.atomic():
                service(*args, **more)
        except HaiheError:
            assert Entry.objects.count() == before
            return False
        assert Entry.objects.count() > before, "a step without an entry"
        return True

    @rule(unit=st.sampled_from(UNITS), value=st.integers(1, 10**6))
    def fill(self, unit: str, value: int) -> None:
        answer = answer_of(self.request, unit)
        editor = self.city.people[f"{unit.split('-')[1].lower()}-editor"]
        region = "north" if unit == "TJ-BH" else "south"
        frame = answers.contents(answer)["endowments"]
        rows = [
            {"region": region, "resource": resource, "year": YEAR, "value": float(value), "unit": "亩",
             "source": self.request.source, "quality": "official"}
            for resource in ("co2", "land")
        ]  # fmt: skip
        made = pd.DataFrame(rows).astype(frame.dtypes.to_dict())
        self.uploads += 1
        draft = answer.state == DRAFT
        assert self.attempt(answers.made_by_upload, editor, answer, {"endowments": made}, f"U{self.uploads}") == draft

    @rule(unit=st.sampled_from(UNITS), who=PEOPLE)
    def submit(self, unit: str, who: str) -> None:
        answer = answer_of(self.request, unit)
        draft = answer.state == DRAFT
        assert self.attempt(answers.submit, self.city.people[who], answer, "缺数待补") == draft

    @rule(unit=st.sampled_from(UNITS), who=PEOPLE)
    def approve(self, unit: str, who: str) -> None:
        answer = answer_of(self.request, unit)
        own = who in answer.made_by()
        done = self.attempt(answers.approve, self.city.people[who], answer)
        assert not (done and own), "approved by whoever made it"

    @rule(unit=st.sampled_from(UNITS))
    def accept(self, unit: str) -> None:
        answer = answer_of(self.request, unit)
        approved = answer.stage == "approved"
        assert self.attempt(answers.accept, self.city.people["planner"], answer) == approved

    @rule(unit=st.sampled_from(UNITS), reason=st.sampled_from(["", "有误"]))
    def give_back(self, unit: str, reason: str) -> None:
        answer = answer_of(self.request, unit)
        may = answer.stage in ("approved", "accepted") and bool(reason)
        assert self.attempt(answers.return_answer, self.city.people["planner"], answer, reason) == may

    @rule(value=st.integers(1, 10**6))
    def revise(self, value: int) -> None:
        """The dataset moves on while answers come in."""
        dataset = Dataset.objects.select_related("current").get(pk=self.request.dataset_id)
        version = versions.head(dataset, self.request.unit)
        frame = versions.table_of(version, "endowments")
        new = frame.iloc[[0]].assign(year=YEAR, value=float(value)).astype(frame.dtypes.to_dict())
        old = frame[~((frame["year"] == YEAR) & (frame["region"] == "north") & (frame["resource"] == "co2"))]
        tables = {"endowments": pd.concat([old, new], ignore_index=True)}
        planner = self.city.people["planner"]
        assert self.attempt(versions.make, planner, dataset, self.request.unit, tables, "修订", parent=version)

    @rule(choice=st.sampled_from([ANSWER, DATASET]))
    def merge(self, choice: str) -> None:
        seen = merges.preview(self.request, {})
        choices = {row.name: choice for row in seen.merged.conflicts}
        ready = [answer.code for answer in Answer.objects.all() if answer.stage == "accepted"]
        before = Version.objects.count()
        if not self.attempt(merges.bring_together, self.city.people["planner"], self.request, choices, seen.mark):
            assert not ready
            assert Version.objects.count() == before
            return
        assert ready
        assert Version.objects.count() - before == bool(seen.merged.taken or (choices and choice == ANSWER))
        now = by_key(versions.table_of(Dataset.objects.get(code="small").current, "endowments"))
        moved = {row.key for row in seen.merged.conflicts}
        for answer in Answer.objects.filter(code__in=ready).select_related("unit", "request__base", "request__unit"):
            assert answer.stage == "merged"
            for key, value in by_key(answers.contents(answer)["endowments"]).items():
                assert now[key] == value or (key in moved and choice == DATASET)

    @rule(reason=st.sampled_from(["", "口径"]))
    def take_back(self, reason: str) -> None:
        request = Request.objects.get(pk=self.request.pk)
        last = request.merges[-1] if request.merges else None
        current = Dataset.objects.select_related("current").get(code="small").current
        may = last is not None and bool(reason) and (not last["made"] or current.code == last["version"])
        made = last is not None and last["made"]
        parent = current.parent
        assert self.attempt(merges.undo, self.city.people["planner"], request, reason) == may
        if may and made:
            assert Dataset.objects.select_related("current").get(code="small").current.sha256 == parent.sha256

    @invariant()
    def what_is_locked_stays(self) -> None:
        for answer in Answer.objects.all():
            if answer.state == DRAFT:
                self.locked.pop(answer.code, None)
            else:
                assert self.locked.setdefault(answer.code, answer.tables) == answer.tables

    @invariant()
    def what_is_merged_was_accepted(self) -> None:
        for answer in Answer.objects.exclude(merged=None):
            assert answer.accepted_at is not None
            verbs = [
                entry.verb for entry in Entry.objects.filter(kind="data.answer", code=answer.code).order_by("number")
            ]
            assert verbs.index("accept") < len(verbs) - verbs[::-1].index("merge") - 1


@pytest.mark.slow
@pytest.mark.django_db
def test_random_histories(city: City) -> None:
    Histories.city = city
    open_request(city)  # makes the dataset, once
    quick = settings(
        max_examples=8,
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    run_state_machine_as_test(Histories, settings=quick)
    assert not list(verify())


CELL = st.one_of(st.none(), st.integers(0, 3))


@settings(deadline=None, max_examples=120)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6), st.sampled_from([ANSWER, DATASET, ""]))
def test_a_merge_row_by_row(rows: list[tuple[Any, Any, Any]], choice: str) -> None:
    """Against the plain definition: for each row, what it was, what it is, what is answered."""
    base = small_tables()["endowments"].iloc[[0]]
    line = pd.concat([base.assign(resource=f"r{at}", value=0.0) for at in range(len(rows))], ignore_index=True)
    line = line.assign(
        purpose=pd.Series([None] * len(rows), dtype="str"), note=pd.Series([None] * len(rows), dtype="str")
    )
    line["year"] = line["year"].astype("Int64")
    line = line[SPEC.names]

    def with_values(column: int) -> pd.DataFrame:
        said = [row[column] for row in rows]
        kept = np.array([value is not None for value in said])
        return line.assign(value=[0.0 if value is None else float(value) for value in said])[kept].reset_index(
            drop=True
        )

    sent, now, answer = with_values(0), with_values(1), with_values(2)
    columns = {"endowments": COLUMNS}
    names = {f"A|endowments|{'|'.join(map(str, key))}": choice for key in keys_of(answer, SPEC)}
    found = merge(
        {"endowments": SPEC},
        {"endowments": sent},
        {"endowments": now},
        [Given("A", {"endowments": answer}, columns)],
        names,
    )
    result = by_key(found.tables["endowments"])
    for at, (was, is_now, said) in enumerate(rows):
        key = ("north", f"r{at}", 2017)
        conflict = said is not None and said != is_now and was != is_now
        expected = is_now if said is None or (conflict and choice != ANSWER) else said
        assert result.get(key) == (None if expected is None else float(expected))
        assert (key in {row.key for row in found.conflicts}) == conflict
        assert (key in {row.key for row in found.undecided}) == (conflict and choice == "")
