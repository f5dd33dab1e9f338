"""Changes between two tables: applied they give the other; order says nothing; numbers are equal up to representation."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.region.draft import empty_table
from haihe.region.region import table_hash
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.intake.changes import Changes, changes
from haihe.workspace.intake.scope import below, region_columns, rows_of

USES = TABLES["uses"]
REGIONS = ("a", "b", "c")


def frame_of(records: dict[tuple[str, str], tuple[float | None, str | None]], spec: TableSpec = USES) -> pd.DataFrame:
    rows = [
        {"region": region, "sector": sector, "resource": "water", "year": 2020, "value": value, "note": note}
        for (region, sector), (value, note) in records.items()
    ]
    empty = empty_table(spec)
    given_rows = pd.DataFrame(rows, columns=["region", "sector", "resource", "year", "value", "note"])
    return given_rows.reindex(columns=spec.names).astype(empty.dtypes.to_dict())


KEYS = st.tuples(st.sampled_from(REGIONS), st.sampled_from(["x", "y", "z"]))
CELLS = st.tuples(
    st.none() | st.sampled_from([0.0, 1.0, 0.1, 0.3, 1e300, -2.5]), st.none() | st.sampled_from(["", "n", "注"])
)
TABLE = st.dictionaries(KEYS, CELLS, max_size=9).map(frame_of)


def content(frame: pd.DataFrame) -> str:
    return table_hash("uses", frame)


def told(found: Changes) -> tuple[Any, ...]:
    return found.counts, found.outcomes(), sorted(map(tuple, found.rejected[USES.key].to_numpy().tolist()))


@settings(max_examples=40, deadline=None)
@given(TABLE, TABLE)
def test_changes_applied_give_what_was_sent(before: pd.DataFrame, after: pd.DataFrame) -> None:
    found = changes(before, after, USES, replace=True)
    assert content(found.apply(before)) == content(after)
    assert found.same + len(found.changed) + len(found.new) == len(after)
    assert found.same + len(found.changed) + len(found.gone) == len(before)
    assert found.cells.to_numpy().any(axis=1).all()
    assert not found.cells[USES.key].to_numpy().any()


@settings(max_examples=40, deadline=None)
@given(TABLE, TABLE)
def test_without_replacing_nothing_goes(before: pd.DataFrame, after: pd.DataFrame) -> None:
    found = changes(before, after, USES)
    assert not len(found.gone)
    result = found.apply(before)
    assert len(result) == len(before) + len(found.new)
    again = changes(result, after, USES)
    assert not again
    assert again.same == len(after)


@settings(max_examples=40, deadline=None)
@given(TABLE, TABLE, st.randoms())
def test_the_order_of_rows_says_nothing(before: pd.DataFrame, after: pd.DataFrame, random: Any) -> None:
    mixed = [frame.iloc[random.sample(range(len(frame)), len(frame))] for frame in (before, after)]
    first, second = changes(before, after, USES, replace=True), changes(*mixed, USES, replace=True)
    assert told(first) == told(second)
    assert content(first.apply(before)) == content(second.apply(mixed[0]))


@settings(max_examples=40, deadline=None)
@given(TABLE, TABLE, st.frozensets(st.sampled_from(REGIONS)))
def test_only_the_senders_rows_change(before: pd.DataFrame, after: pd.DataFrame, own: frozenset[str]) -> None:
    found = changes(before, after, USES, replace=True, mine=rows_of(USES, own))
    result = found.apply(before)
    for frame in (result, before):
        assert frame["region"].isin(REGIONS).all()
    others = ~before["region"].isin(own)
    assert content(result[~result["region"].isin(own)]) == content(before[others])
    assert content(result[result["region"].isin(own)]) == content(after[after["region"].isin(own)])
    assert found.same + len(found.changed) + len(found.new) + len(found.rejected) == len(after)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (123456.789012345, float("123456.789012345" + "01"), True),
        (1.0, 1.0 + 1e-12, False),
        (0.0, 1e-300, False),
        (None, 0.0, False),
        (None, None, True),
    ],
)
def test_numbers_are_the_same_up_to_representation(old: float | None, new: float | None, same: bool) -> None:
    one, two = frame_of({("a", "x"): (old, None)}), frame_of({("a", "x"): (new, None)})
    assert bool(changes(one, two, USES)) is not same


def test_a_key_that_stands_twice_is_refused() -> None:
    twice = pd.concat([frame_of({("a", "x"): (1.0, None)})] * 2)
    with pytest.raises(HaiheError) as caught:
        changes(frame_of({}), twice, USES)
    assert caught.value.code == "E-INT-08"


def test_whose_rows_tables_hold() -> None:
    assert region_columns(TABLES["uses"]) == ["region"]
    assert region_columns(TABLES["flows"]) == ["from_region", "to_region"]
    assert region_columns(TABLES["chains"]) == []
    flows = pd.DataFrame({"from_region": ["a", "a", "b"], "to_region": ["b", "a", None]})
    assert rows_of(TABLES["flows"], frozenset("a"))(flows).tolist() == [False, True, False]
    several = pd.DataFrame({"regions": ["a;b", "a", "*", None]})
    assert rows_of(TABLES["limits"], frozenset("a"))(several).tolist() == [False, True, False, False]
    tree = pd.DataFrame({"region": ["t", "d", "p", "e"], "parent": [None, "t", "d", "t"]})
    assert below(tree, "d") == {"d", "p"}


def test_a_row_cannot_be_taken_from_another_region() -> None:
    spec = TABLES["problems"]
    empty = empty_table(spec)
    row = dict.fromkeys(spec.names) | {"problem": "P1", "region": "b"}
    before = pd.DataFrame([row]).astype(empty.dtypes.to_dict())
    after = before.assign(region="a").astype(empty.dtypes.to_dict())
    found = changes(before, after, spec, mine=rows_of(spec, frozenset("a")))
    assert found.counts == {"new": 0, "changed": 0, "same": 0, "gone": 0, "rejected": 1}
