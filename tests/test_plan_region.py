"""From a region's tables to a plan: what is read, what is refused, how caps are understood."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from haihe.accounts import Accounts
from haihe.messages import HaiheError
from haihe.planning import Assumptions, front, plan
from haihe.planning.inputs import caps_of, economy_of
from haihe.region import Region
from plan_cases import synthetic
from small_region import EVIDENCE, META, small_region, small_tables

Tables = dict[str, pd.DataFrame]


def region(change: Callable[[Tables], None]) -> Region:
    tables = small_tables()
    change(tables)
    return Region(tables, META)


def limits(*rows: dict[str, object]) -> Callable[[Tables], None]:
    """Replace the limits; a row names what differs from a carbon cap of 80 % on all in 2019."""
    usual = {
        "limit": "cap",
        "name_zh": "碳上限",
        "name_en": "carbon cap",
        "resource": "co2",
        "regions": "*",
        "sectors": "*",
        "sense": "cap",
        "year": 2019,
        "value": 0.8,
        "unit": "share of reference",
        **EVIDENCE,
    }
    return lambda tables: tables.update(limits=pd.DataFrame([usual | row for row in rows]))


def technologies(tables: Tables) -> None:
    tables["technologies"] = pd.DataFrame(
        [
            {
                "technology": "up",
                "name_zh": "升级",
                "name_en": "upgraded",
                "energy_inputs": -0.12,
                "other_inputs": -0.015,
                "labour": -0.05,
                "co2": -0.15,
                "new_capital": 0.2,
                "retrofit": 0.35,
                "retrofit_limit": 0.06,
                **EVIDENCE,
            }
        ]
    )


def test_plan_of_the_small_region() -> None:
    p = plan(region(limits({})))
    assert p.loss > 0
    assert p.calibration < 1e-9
    assert p.welfare["welfare"].sum() == pytest.approx(p.gain - p.loss)
    assert p.gain > 0, "no project is worth anything"
    s = p.summary
    np.testing.assert_allclose(s["plan"] - s["reference"], s["difference"], atol=1e-12)
    last = p.caps.query("year == 2025")
    assert last["price"].min() == pytest.approx(last["price"].max())
    assert last["permits"].sum() == pytest.approx(0.0, abs=1e-6)
    assert p.leakage.empty  # the small region has no accounts of a partner


def test_without_caps_the_plan_is_its_base() -> None:
    p = plan(region(lambda tables: tables.pop("limits") is None))
    assert p.loss == 0.0
    assert p.caps.empty


def test_pooling_saves_and_the_front_shows_it() -> None:
    r = small_region()
    assert plan(r, pooled=True).loss <= plan(r, pooled=False).loss
    f = front(r, cuts=(0.1, 0.2))
    assert (f.points.groupby("pooled")["loss"].apply(lambda loss: loss.is_monotonic_increasing)).all()
    assert 0 <= f.saving(0.2) < 1


def test_a_member_whom_a_cap_does_not_reach_has_no_permits_to_give() -> None:
    """Else a pooled cap on one of two members would be void."""
    p = plan(region(limits({"regions": "north"})))
    assert p.loss > 0
    assert np.abs(p.caps["permits"]).max() == 0.0
    north = p.caps.query("region == 'north'")
    assert (north["use"] <= north["cap"] * (1 + 1e-9)).all()
    assert north["price"].iloc[-1] > 0
    assert (p.caps.query("region == 'south'")["price"] == 0).all()


def test_a_cap_counts_only_the_sectors_it_names() -> None:
    r = region(limits({"sectors": "farm;care"}))
    e = economy_of(r, Assumptions.of(r))
    (spec,) = caps_of(r, e)
    assert (spec.intensity[:, 1] == 0).all()
    assert (spec.intensity[:, [0, 2]] > 0).all()


def test_a_cap_in_shares_falls_in_a_straight_line_and_stays() -> None:
    r = region(limits({"year": 2021, "value": 0.8}, {"year": 2023, "value": 0.7}))
    e = economy_of(r, Assumptions.of(r))
    (spec,) = caps_of(r, e)
    np.testing.assert_allclose(spec.cap.sum(axis=0) / spec.reference(e).sum(axis=0), [1.0, 0.9, 0.8, 0.7, 0.7])


def test_a_cap_in_amounts_stays_an_amount_while_the_economy_grows() -> None:
    r = region(limits({"resource": "land", "unit": "亩", "year": 2019, "value": 2000.0}))
    e = economy_of(r, Assumptions.of(r))
    (spec,) = caps_of(r, e)
    amount = spec.cap.sum(axis=0) * e.assumptions.trend
    np.testing.assert_allclose(amount, [spec.reference(e)[:, 0].sum(), 2000, 2000, 2000, 2000])


def test_segments_are_read_by_their_number() -> None:
    def many(tables: Tables) -> None:
        rows = [{"parameter": f"segment_{k}", "value": k / 12} for k in range(12, 0, -1)]
        more = pd.DataFrame(rows).assign(name_zh="段", name_en="segment", unit="share", **EVIDENCE)
        tables["parameters"] = pd.concat([tables["parameters"], more], ignore_index=True)

    assert Assumptions.of(region(many)).segments == pytest.approx(tuple(k / 12 for k in range(1, 13)))


def test_upgrades_need_their_table_and_can_be_left_out() -> None:
    upgrading = region(technologies)
    assumptions = Assumptions.of(upgrading)
    assert not economy_of(small_region(), assumptions).can.any()
    assert economy_of(upgrading, assumptions).can.tolist() == [[False, True, False]]
    assert not economy_of(upgrading, assumptions, upgrades=False).can.any()
    with_them, without = plan(upgrading), plan(upgrading, upgrades=False)
    assert with_them.loss <= without.loss + 1e-9
    assert "technologies" in with_them.marks
    assert "technologies" not in without.marks


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("E-PLN-02", limits({"value": 0.0})),
    ],
)
def test_what_cannot_be_planned_is_refused_with_its_code(code: str, change: Callable[[Tables], None]) -> None:
    with pytest.raises(HaiheError) as caught:
        plan(region(change))
    assert caught.value.code == code


def test_a_front_needs_a_cap_on_its_resource() -> None:
    with pytest.raises(HaiheError) as caught:
        front(small_region(), limit="water")
    assert caught.value.code == "E-PLN-15"


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("E-PLN-05", {"segments": (0.1, 0.1, 1.0)}),
        ("E-PLN-05", {"segments": (0.5, 1.5)}),
        ("E-PLN-05", {"segments": ()}),
        ("E-PLN-06", {"first_year": 2017, "last_year": 2024, "step": 2}),
        ("E-PLN-06", {"step": 0}),
        ("E-PLN-07", {"discount": 0.0}),
        ("E-PLN-07", {"depreciation": -0.1}),
        ("E-PLN-08", {"elasticity": {"consumption": 0.5}}),
    ],
)
def test_assumptions_that_do_not_hold_are_refused(code: str, given: dict[str, object]) -> None:
    with pytest.raises(HaiheError) as caught:
        Assumptions(**given)  # type: ignore[arg-type]
    assert caught.value.code == code


def refused(change: Callable[[Accounts], Accounts], members: list[str] | None = None) -> HaiheError:
    """Plan changed accounts and give what they are refused with."""
    case = synthetic(2)
    with pytest.raises(HaiheError) as caught:
        replace(case, accounts=change(case.accounts), members=members or case.members).build()
    return caught.value


def bumped(name: str, value: float) -> Callable[[Accounts], Accounts]:
    """Put a value into the second sector of the first member."""

    def change(a: Accounts) -> Accounts:
        array = getattr(a, name).copy()
        array[0, 1] = value
        return replace(a, **{name: array})

    return change


def test_accounts_that_cannot_be_calibrated_are_refused_by_name() -> None:
    assert refused(lambda a: a, ["M0", "M9"]).code == "E-PLN-09"
    assert refused(bumped("exports", -5.0)).code == "E-PLN-10"
    assert refused(lambda a: replace(a, final_kinds=[*a.final_kinds[:3], "building", "inventories"])).code == "E-PLN-12"
    unbalanced = refused(bumped("exports", 50.0))
    assert unbalanced.code == "E-PLN-11"
    assert "M0" in str(unbalanced)
    assert "S1" in str(unbalanced)
