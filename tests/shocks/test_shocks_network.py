"""Firm networks and the systemic risk index: published figures, the plain definition, invariants, bad input."""

import re
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.shocks.fused import installed
from haihe.shocks.network import NEEDS, FirmNetwork
from haihe.shocks.systemic import cascade, run, shock_of, systemic_risk
from haihe.shocks.systemic_fast import Pushing
from network_cases import by_definition, index_by_definition, random_network

ENGINES = ["plain", pytest.param("fused", marks=pytest.mark.skipif(not installed(), reason="needs numba"))]
SEEDS = st.integers(0, 10_000)


def thirteen(reference: Path) -> tuple[FirmNetwork, pd.Series]:
    folder = reference / "esri_fixture"
    links = pd.read_csv(folder / "supplies.csv")
    expected = pd.read_csv(folder / "expected.csv").set_index("company")["esri"]
    sectors = dict(zip(links["customer"], links["customerNACE"], strict=True))
    sectors |= dict(zip(links["supplier"], links["supplierNACE"], strict=True))
    firms = pd.DataFrame({"enterprise": expected.index, "sector": [sectors[f] for f in expected.index]})
    links["value"], links["need"] = links["weight"], links["type"].map(dict(enumerate(NEEDS)))
    return FirmNetwork.from_frames(firms, links), expected


@pytest.mark.parametrize("engine", ENGINES)
def test_thirteen_published_firms(reference: Path, engine: str) -> None:
    network, expected = thirteen(reference)
    found = systemic_risk(network, engine=engine).frame.set_index("enterprise")["index"]
    pd.testing.assert_series_equal(found[expected.index], expected, rtol=0, atol=1e-12, check_names=False)


def test_published_figures_need_every_part_of_the_rule(reference: Path) -> None:
    network, expected = thirteen(reference)
    broken = {
        "no replacement by the sector": replace(network, sector=np.arange(network.n), sectors=network.firms),
        "one sector": replace(network, sector=np.zeros(network.n, dtype=np.int64), sectors=["1"]),
        "linear": network.as_form("linear"),
        "leontief": network.as_form("leontief"),
        "turned round": replace(network, supplier=network.customer, customer=network.supplier),
    }
    for name, wrong in broken.items():
        wrong = replace(wrong, output=np.bincount(wrong.supplier, wrong.value, wrong.n))
        found = systemic_risk(wrong, engine="plain").frame.set_index("enterprise")["index"]
        assert np.abs(found[expected.index] - expected).max() > 1e-3, name


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25)
@given(seed=SEEDS, final=st.booleans())
def test_index_is_that_of_the_definition(engine: str, seed: int, final: bool) -> None:
    network = random_network(seed, final=final)
    if network.output.sum() == 0:
        return
    for tolerance in (0.01047, 1e-10):
        found = systemic_risk(network, tolerance=tolerance, lanes=4, engine=engine).frame.set_index("enterprise")[
            "index"
        ]
        for k, firm in enumerate(network.firms):
            alone = [float(k == j) for j in range(network.n)]
            assert found[firm] == pytest.approx(index_by_definition(network, alone, tolerance), abs=1e-12)


@settings(max_examples=25)
@given(seed=SEEDS, shares=st.lists(st.sampled_from([0.0, 0.0, 0.3, 0.75, 1.0]), min_size=9, max_size=9))
def test_partial_shocks_to_several_firms_follow_the_definition(seed: int, shares: list[float]) -> None:
    network = random_network(seed)
    if not any(shares):
        return
    found = cascade(network, dict(zip(network.firms, shares, strict=True)), tolerance=1e-13)
    down, up, steps = by_definition(network, shares, 1e-13)
    np.testing.assert_allclose(1 - found.down, down, atol=1e-12)
    np.testing.assert_allclose(1 - found.up, up, atol=1e-12)
    assert found.steps == steps


@settings(max_examples=30)
@given(seed=SEEDS, firm=st.integers(0, 8), share=st.floats(0.05, 1))
def test_losses_are_shares_grow_with_the_shock_and_hold_it(seed: int, firm: int, share: float) -> None:
    network = random_network(seed)
    some = cascade(network, {network.firms[firm]: share}, tolerance=1e-10)
    whole = cascade(network, [network.firms[firm]], tolerance=1e-10)
    for loss in (some.down, some.up):
        assert loss.min() >= 0
        assert loss.max() <= 1 + 1e-12
        assert loss[firm] >= share - 1e-12
    assert (some.loss <= whole.loss + 1e-8).all()
    assert some.hit["lost_sales"].sum() == pytest.approx(some.index * network.output.sum())
    for key in ("region", "sector"):
        assert some.by(key)["lost_sales"].sum() == pytest.approx(some.hit["lost_sales"].sum())


@pytest.mark.skipif(not installed(), reason="needs numba")
@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("tolerance", [1e-2, 1e-12])
def test_pushing_along_links_and_sweeping_through_all_are_the_same(final: bool, tolerance: float) -> None:
    """From the first step on, from the middle, or never; each time with the vectors that the cascade before left behind."""
    network = random_network(11, n=60, m=240, sectors=5, final=final)
    firms = np.arange(network.n)
    plain = systemic_risk(network, tolerance=tolerance, engine="plain").frame.set_index("enterprise").loc[network.firms]
    for sweep_from in (0.0, 0.05, 0.3, np.inf):
        lost, steps = Pushing(network, sweep_from).run(firms, tolerance, 10_000)
        np.testing.assert_allclose(lost / network.output.sum(), plain["index"], rtol=1e-12)
        np.testing.assert_array_equal(steps, plain["steps"])


@pytest.mark.skipif(not installed(), reason="needs numba")
def test_a_loss_too_small_for_a_number_still_marks_whom_it_reached() -> None:
    """Shares of 1e-40 in a row: after eight the product is 0; the first firms go on moving, so it is pushed many times."""
    n = 30
    codes = [f"F{k}" for k in range(n)]
    firms = pd.DataFrame({"enterprise": codes, "sector": codes, "output": 1e40})
    there = pd.DataFrame(
        {"supplier": codes[:-1], "customer": codes[1:], "value": np.where(np.arange(n - 1) < 4, 4e39, 1.0)}
    )
    back = there.rename(columns={"supplier": "customer", "customer": "supplier"})
    network = FirmNetwork.from_frames(firms, pd.concat([there, back]).assign(need="replaceable"))
    plain = systemic_risk(network, tolerance=0.0, engine="plain").frame.set_index("enterprise").loc[codes]
    assert plain["steps"].max() > 30
    for sweep_from in (0.0, np.inf):
        lost, _ = Pushing(network, sweep_from).run(np.arange(n), 0.0, 10_000)
        np.testing.assert_allclose(lost / network.output.sum(), plain["index"], rtol=1e-12)


def test_lanes_change_nothing() -> None:
    network = random_network(5, n=30, m=90, sectors=4)
    one = systemic_risk(network, lanes=1, engine="plain").frame
    many = systemic_risk(network, lanes=7, engine="plain").frame
    pd.testing.assert_frame_equal(one, many, rtol=1e-13)


def test_scale_and_order_of_firms_do_not_matter() -> None:
    network = random_network(3, n=12, m=40)
    larger = replace(network, value=network.value * 7, output=network.output * 7)
    frame, scaled = (systemic_risk(net, engine="plain").frame for net in (network, larger))
    np.testing.assert_allclose(frame["index"], scaled["index"], rtol=1e-12)


def test_a_firm_alone_in_its_sector_stops_buyers_of_an_essential_input() -> None:
    firms = pd.DataFrame(
        {"enterprise": list("abcd"), "sector": ["ore", "steel", "car", "car"], "output": [10.0, 10, 10, 10]}
    )
    links = pd.DataFrame({"supplier": ["a", "b"], "customer": ["b", "c"], "value": [1.0, 1.0], "need": "essential"})
    found = cascade(FirmNetwork.from_frames(firms, links), ["a"], tolerance=0)
    assert found.down.tolist() == [1, 1, 1, 0]
    replaceable = FirmNetwork.from_frames(firms, links.assign(need="replaceable"))
    assert cascade(replaceable, ["a"], tolerance=0).down.tolist() == [1, 0, 0, 0]
    assert cascade(replaceable, ["c"], tolerance=0).up == pytest.approx([0.01, 0.1, 1, 0])


def test_a_rest_of_the_sector_stands_in() -> None:
    firms = pd.DataFrame({"enterprise": list("abc"), "sector": ["ore", "ore", "car"], "output": [10.0, 90, 50]})
    links = pd.DataFrame({"supplier": ["a"], "customer": ["c"], "value": [5.0], "need": ["essential"]})
    found = cascade(FirmNetwork.from_frames(firms, links), ["a"], tolerance=0)
    assert found.down[2] == pytest.approx(10 / 90)


def test_whole_districts_sectors_and_parts_of_them() -> None:
    network = random_network(8, n=20, m=60)
    shock = shock_of(network, {}, region="R1", sector="S0", share=0.4)
    both = [
        network.regions[r] == "R1" and network.sectors[s] == "S0"
        for r, s in zip(network.region, network.sector, strict=True)
    ]
    np.testing.assert_array_equal(shock, np.where(both, 0.4, 0.0))
    firm = network.firms[int(np.argmin(both))]
    assert cascade(network, [firm], region="R1", share=0.4).lost[network.position(firm)] == 1


def test_deliveries_to_oneself_isolated_firms_and_equal_pairs() -> None:
    firms = pd.DataFrame({"enterprise": list("abz"), "sector": ["s", "t", "s"], "output": [4.0, np.nan, 6.0]})
    links = pd.DataFrame(
        {
            "supplier": ["a", "a", "a", "b"], "customer": ["b", "b", "a", "a"],
            "value": [1.0, 2.0, 9.0, 0.0], "need": ["important", "essential", "essential", "essential"],
        }
    )  # fmt: skip
    network = FirmNetwork.from_frames(firms, links)
    assert (network.value.tolist(), network.own, network.isolated.tolist()) == ([3.0], 9.0, [False, False, True])
    assert network.output.tolist() == [4.0, 0.0, 6.0]
    alone = cascade(network, ["z"])
    assert alone.loss.tolist() == [0, 0, 1]
    assert alone.index == pytest.approx(0.6)
    assert "没有波及" in alone.words.zh
    assert cascade(network, ["b"], tolerance=0).up == pytest.approx([0.75, 1, 0])


def test_output_below_deliveries_is_raised_and_counted() -> None:
    firms = pd.DataFrame({"enterprise": ["a", "b"], "sector": "s", "output": [1.0, 5.0]})
    links = pd.DataFrame({"supplier": ["a"], "customer": ["b"], "value": [3.0]})
    network = FirmNetwork.from_frames(firms, links)
    assert (network.raised, network.output.tolist()) == (1, [3.0, 5.0])


FIRMS = pd.DataFrame({"enterprise": ["a", "b"], "sector": ["s", "t"]})
LINKS = pd.DataFrame({"supplier": ["a"], "customer": ["b"], "value": [1.0], "need": ["essential"]})


@pytest.mark.parametrize(
    ("code", "firms", "links"),
    [
        ("E-SHK-30", FIRMS.iloc[:0], LINKS),
        ("E-SHK-30", FIRMS.assign(enterprise="a"), LINKS),
        ("E-SHK-30", FIRMS.assign(sector=None), LINKS),
        ("E-SHK-31", FIRMS, LINKS.assign(supplier="q")),
        ("E-SHK-32", FIRMS, LINKS.assign(value=-1.0)),
        ("E-SHK-32", FIRMS, LINKS.assign(value=np.nan)),
        ("E-SHK-32", FIRMS.assign(output=np.inf), LINKS),
        ("E-SHK-33", FIRMS, LINKS.assign(need="vital")),
    ],
)
def test_bad_networks_have_codes(code: str, firms: pd.DataFrame, links: pd.DataFrame) -> None:
    with pytest.raises(HaiheError) as caught:
        FirmNetwork.from_frames(firms, links)
    assert caught.value.code == code


def test_bad_questions_have_codes() -> None:
    network = FirmNetwork.from_frames(FIRMS, LINKS)
    none = FirmNetwork.from_frames(FIRMS, LINKS.iloc[:0])
    asked = {
        "E-SHK-31": lambda: cascade(network, ["q"]),
        "E-SHK-33": lambda: network.as_form("cobb"),
        "E-SHK-34": lambda: cascade(network, {"a": 1.5}),
        "E-SHK-35": lambda: cascade(network, region="nowhere"),
        "E-SHK-37": lambda: systemic_risk(network, control=Control(cancel=lambda: True)),
        "E-SHK-38": lambda: systemic_risk(none),
    }
    for code, ask in asked.items():
        with pytest.raises(HaiheError) as caught:
            ask()
        assert caught.value.code == code
    with pytest.raises(HaiheError):
        next(run(network, iter([]), -1, 1))


def test_views_name_mark_and_method() -> None:
    network = replace(random_network(8, n=20, m=60), made_up=True)
    for result in (systemic_risk(network, engine="plain"), cascade(network, ["F1"])):
        for table in result.tables.values():
            assert table.quality == "illustrative"
            assert any("生成" in note.zh for note in table.notes)
        assert result.figures
        assert all(figure.options("zh") for figure in result.figures.values())
        assert result.words.zh
        assert result.words.en


def test_no_firm_asked_gives_an_empty_frame() -> None:
    assert systemic_risk(random_network(1), [], engine="plain").frame.empty


@pytest.mark.parametrize("page", ["systemic.md", "systemic.zh.md", "clearing.md", "clearing.zh.md"])
def test_code_of_the_pages_runs(page: str) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / page).read_text("utf-8")
    known: dict[str, object] = {}
    with redirect_stdout(StringIO()) as said:
        for block in re.findall(r"```python\n(.*?)```", text, flags=re.S):
            exec(block, known)
    assert said.getvalue().strip()
    for shown in re.findall(r"```text\n(.*?)```", text, flags=re.S):
        assert shown in said.getvalue()
