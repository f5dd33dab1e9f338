"""Chains: stages measured by hand, halts against an economy split in two, scores that are the sum of their parts."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from chain_region import STAGES, grown, region_of
from hypothesis import given, settings
from hypothesis import strategies as st
from small_economy import economy

from haihe.accounts import InterregionalTable
from haihe.diagnosis.chain_map import map_frame
from haihe.diagnosis.chains import chains_of
from haihe.diagnosis.diagnosis import diagnose
from haihe.diagnosis.halts import TOGETHER, Halts, chain_halts, stage_losses
from haihe.diagnosis.labels import LabelRule, agreement, read_labels
from haihe.diagnosis.places import Places, accounts_by_year, places_of
from haihe.diagnosis.stages import growth_of, profile
from haihe.diagnosis.trade import Trade
from haihe.diagnosis.weak_links import TERMS, Bounds, Weights, rank, rank_band, reasons, terms_of
from haihe.messages import HaiheError, Text
from haihe.region import Region
from small_region import META, small_tables

shares = st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4)


def setting(years, **more):
    region = region_of(years, **more)
    found = accounts_by_year(region, [a.year for a in years])
    now = found[years[-1].year]
    return region, Trade(now, places_of(region, now)), chains_of(region, now), found


def plain(seed: int) -> Trade:
    """Trade of random accounts: R0 and R1 are members, R2 is not."""
    made = economy(seed)
    return Trade(made, Places("R0", ("R0", "R1"), ("R2",), {}))


@pytest.fixture(scope="module")
def small():
    return setting([economy(7)])


def test_stages_stand_from_upstream_to_downstream_with_their_shares(small):
    region, trade, chains, _ = small
    assert chains.keys == ["alpha.seed", "alpha.mill", "alpha.shop", "beta.root", "beta.leaf"]
    assert chains.weight.tolist() == [
        [0.3, 0, 0, 0],
        [0, 0.5, 0.1, 0],
        [0, 0, 0, 0.2],
        [0, 0.25, 0, 0],
        [0, 0, 1.0, 0],
    ]
    assert chains.weight_of("alpha").tolist() == [0.3, 0.5, 0.1, 0.2]
    assert chains.select(["beta"]).keys == ["beta.root", "beta.leaf"]
    turned = region.with_table("chain_stages", region["chain_stages"].iloc[::-1])
    assert chains_of(turned, trade.accounts).keys == chains.keys


def test_a_stage_is_measured_as_its_share_of_its_sectors(small):
    _, trade, chains, _ = small
    a = trade.accounts
    frame = profile(trade, chains, "R0").set_index("key")
    mill = frame.loc["alpha.mill"]
    made = 0.5 * a.output[:, 1] + 0.1 * a.output[:, 2]
    assert mill["output"] == pytest.approx(made[0])
    assert mill["value_added"] == pytest.approx(0.5 * a.value_added[0, 1] + 0.1 * a.value_added[0, 2])
    assert mill["quotient"] == pytest.approx((made[0] / a.output[0].sum()) / (made.sum() / a.output.sum()))
    abroad = 0.5 * a.imports[0, 1] + 0.1 * a.imports[0, 2]
    uses = 0.5 * a.uses[0, 1] + 0.1 * a.uses[0, 2]
    assert mill["abroad"] == pytest.approx(abroad / uses)
    near = 0.5 * a.flows[1, 0, 1] + 0.1 * a.flows[1, 0, 2]
    assert mill["neighbours"] == pytest.approx(near / uses)
    own_sales = 0.5 * (a.exports[0, 1] + a.flows[0, 2, 1]) + 0.1 * (a.exports[0, 2] + a.flows[0, 2, 2])
    assert mill["spare_home"] == pytest.approx(own_sales / mill["outside"])
    origins = frame[["home", "neighbours", "rest", "abroad"]].sum(axis=1)
    np.testing.assert_allclose(origins, 1.0)
    contents = frame[[f"content_{o}" for o in ("home", "neighbours", "rest", "abroad")]].sum(axis=1)
    np.testing.assert_allclose(contents, 1.0)
    assert frame["growth"].isna().all()


def test_the_largest_supplier_and_the_concentration_are_those_of_a_loop(small):
    _, trade, chains, _ = small
    a, row = trade.accounts, profile(trade, chains, "R0").set_index("key").loc["beta.root"]
    amounts = {}
    for i, sector in enumerate(a.sectors):
        need = 0.25 * a.Z[0, i, 1]
        for origin in ("R1", "R2"):
            amounts[origin, sector] = need * a.flows[a.position(origin), 0, i] / a.uses[0, i]
        amounts["abroad", sector] = need * a.imports[0, i] / a.uses[0, i]
    total = sum(amounts.values())
    assert row["concentration"] == pytest.approx(sum((v / total) ** 2 for v in amounts.values()))
    largest = max(amounts, key=amounts.get)
    assert (row["supplier_region"], row["supplier_sector"]) == largest
    assert row["supplier_share"] == pytest.approx(amounts[largest] / total)


def test_growth_is_nominal_a_year_and_unknown_without_a_pair():
    region, trade, chains, found = setting(grown(1.1))
    pair = (found[2012], found[2017])
    frame = profile(trade, chains, "R0", pair)
    np.testing.assert_allclose(frame["growth"], 1.1 ** (1 / 5) - 1)
    np.testing.assert_allclose(frame["nation_growth"], frame["growth"])
    lacking = replace(
        found[2012],
        sectors=["S0", "S1", "other", "S3"],
    )
    own, _ = growth_of(chains.weight, chains.sectors, "R0", (lacking, found[2017]))
    assert np.isnan(own[[1, 4]]).all()  # alpha.mill in part, beta.leaf wholly, lie in S2, which the earlier year lacks
    assert np.isfinite(own[[0, 2, 3]]).all()
    assert np.isnan(growth_of(chains.weight, chains.sectors, "nowhere", pair)[0]).all()
    assert diagnose(region).chains.span == (2012, 2017)


@given(st.integers(0, 500), shares, st.sampled_from(["R0", TOGETHER]))
@settings(max_examples=40)
def test_a_halt_is_the_loss_of_an_economy_split_in_two_of_which_one_half_is_taken_away(seed, weight, where):
    """Each sector becomes two of the same inputs, with s and 1 - s of its sales; then the first ones are removed."""
    trade = plain(seed)
    made, halts = trade.accounts, Halts(trade)
    lost = halts.of({"all": np.array(weight)}, where).set_index("region")
    table = InterregionalTable.from_accounts(made.select(["R0", "R1"]))
    s = np.concatenate([weight, weight if where == TOGETHER else np.zeros(4)])
    A, x = table.coefficients, table.output
    f = x - A @ x
    rows = np.concatenate([s, 1 - s])
    split = np.tile(A, (2, 2)) * rows[:, None]
    demand = np.tile(f, 2) * rows
    whole = np.linalg.solve(np.eye(16) - split, demand)
    np.testing.assert_allclose(whole[:8] + whole[8:], x, rtol=1e-9)
    left = np.linalg.solve(np.eye(8) - split[8:, 8:], demand[8:])
    v = table.added.sum(axis=0) / x
    expected = (v * (x - left)).reshape(2, 4).sum(axis=1)
    np.testing.assert_allclose(lost["value_added"], expected, rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(lost["output"], (x - left).reshape(2, 4).sum(axis=1), rtol=1e-8, atol=1e-6)
    own = (s * table.added.sum(axis=0)).reshape(2, 4).sum(axis=1)
    np.testing.assert_allclose(lost["own"], own, rtol=1e-9, atol=1e-9)
    assert (lost["value_added"] >= lost["own"] - 1e-9).all()


def test_halting_everything_loses_everything_and_nothing_nothing(small):
    _, trade, _, _ = small
    lost = Halts(trade).of({"all": np.ones(4), "none": np.zeros(4)}).set_index(["halt", "region"])
    np.testing.assert_allclose(lost.loc["all", "share"], 1.0)
    np.testing.assert_allclose(lost.loc["none", ["value_added", "output", "own", "deliveries"]], 0.0)


@given(st.integers(0, 500), shares, st.floats(0.0, 1.0))
@settings(max_examples=25)
def test_a_larger_share_never_loses_less(seed, weight, part):
    weights = {"part": part * np.array(weight), "whole": np.array(weight)}
    lost = Halts(plain(seed)).of(weights).groupby("halt")["value_added"].sum()
    assert lost["part"] <= lost["whole"] + 1e-12


def test_losses_of_stages_and_chains_belong_together(small):
    _, trade, chains, _ = small
    halts = Halts(trade, np.ones_like(trade.accounts.output))
    stages = stage_losses(halts, chains, "R0")
    np.testing.assert_allclose(stages["loss"], stages["loss_home"] + stages["loss_near"])
    lost = chain_halts(halts, chains, "R0")
    assert set(lost["where"]) == {"R0", TOGETHER}
    alone = lost[lost["where"] == "R0"].groupby("chain")["value_added"].sum()
    by_stage = stages.assign(chain=chains.stages["chain"]).groupby("chain")["loss"].sum()
    # Stages of a chain supply each other, so together they lose no more than one by one.
    assert (alone <= by_stage + 1e-12).all()
    everywhere = lost[lost["where"] == TOGETHER].groupby("chain")["value_added"].sum()
    assert (everywhere >= alone).all()


def test_jobs_that_are_not_stated_are_missing_and_not_zero(small):
    _, trade, chains, _ = small
    jobs = 7.0 * trade.accounts.output
    known = profile(trade, chains, "R0", jobs=jobs)
    np.testing.assert_allclose(known["jobs"], 7.0 * known["output"])
    sure = Halts(trade, jobs).of({"seed": chains.weight[0]}, "R0").set_index("region")
    np.testing.assert_allclose(sure["jobs"], 7.0 * sure["output"])
    jobs[0, 2] = np.nan  # R0 states none in S2
    partly = profile(trade, chains, "R0", jobs=jobs).set_index("key")["jobs"]
    assert partly.isna().to_dict() == {
        "alpha.seed": False,
        "alpha.mill": True,
        "alpha.shop": False,
        "beta.root": False,
        "beta.leaf": True,
    }
    unsure = Halts(trade, jobs).of({"seed": chains.weight[0]}, "R0").set_index("region")
    assert np.isnan(unsure.loc["R0", "jobs"])  # S2 of R0 sells to S0, so it loses too
    assert unsure.loc["R1", "jobs"] == pytest.approx(sure.loc["R1", "jobs"])
    assert stage_losses(Halts(trade, jobs), chains, "R0")["loss_jobs"].isna().all()
    assert stage_losses(Halts(trade), chains, "R0")["loss_jobs"].isna().all()


def test_a_halt_nowhere_is_refused(small):
    with pytest.raises(HaiheError, match="E-ACC-07"):
        Halts(small[1]).of({"all": np.ones(4)}, "R2")


def test_deliveries_are_what_producers_bought(small):
    _, trade, chains, _ = small
    table = InterregionalTable.from_accounts(trade.accounts.select(["R0", "R1"]))
    lost = Halts(trade).of({"beta": chains.weight_of("beta")}, "R0").set_index("region")
    expected = (chains.weight_of("beta")[:, None] * table.Z[:4]).reshape(4, 2, 4).sum(axis=(0, 2))
    np.testing.assert_allclose(lost["deliveries"], expected)


def test_the_content_of_a_chain_is_that_of_its_sectors():
    found = diagnose(region_of([economy(7)]))
    a, r = found.trade.trade.accounts, 0
    content = found.trade.trade.grouped("R0", found.trade.trade.content_of("R0"))
    made = found.chains.chains.weight_of("alpha") * a.output[r]
    frame = found.tables["chain-dependence"].frame.set_index(["chain", "origin"])["percent"]
    np.testing.assert_allclose(frame["alpha"], 100 * content @ made / made.sum())
    np.testing.assert_allclose(frame.groupby("chain").sum(), 100.0)


def test_a_stage_that_is_not_there_is_thin_and_loses_nothing():
    _, trade, chains, _ = setting([economy(11, idle=1)])
    frame = profile(trade, chains, "R0").merge(stage_losses(Halts(trade), chains, "R0"), on="key")
    shop = frame.set_index("key").loc["alpha.shop"]
    assert shop["output"] == 0
    assert shop["quotient"] == 0
    assert shop["loss"] == pytest.approx(0.0)
    assert np.isnan(shop["content_home"])
    assert shop["supplier_region"] is None
    assert terms_of(frame).loc[frame["key"] == "alpha.shop", "thin"].iloc[0] == 1.0
    assert rank(frame).loc[lambda f: f["key"] == "alpha.shop", "recruit"].iloc[0]


@cache
def measured():
    _, trade, chains, found = setting(grown(1.2, 7))
    frame = profile(trade, chains, "R0", (found[2012], found[2017]))
    return frame.merge(stage_losses(Halts(trade), chains, "R0"), on="key")


def ranked(weights=None, bounds=None):
    return rank(measured(), weights, bounds)


def test_a_score_is_the_sum_of_its_parts_and_orders_each_chain():
    frame = ranked()
    parts = frame[[f"part_{term}" for term in TERMS]]
    np.testing.assert_allclose(parts.sum(axis=1), frame["score"])
    terms = frame[[f"term_{term}" for term in TERMS]].to_numpy()
    np.testing.assert_allclose(parts.to_numpy(), terms / len(TERMS))
    assert ((terms >= 0) & (terms <= 1)).all()
    assert list(frame["chain"]) == ["alpha"] * 3 + ["beta"] * 2
    for _, own in frame.groupby("chain"):
        assert own["score"].is_monotonic_decreasing
        assert own["rank"].iloc[0] == 1
    assert (frame["rank_low"] <= frame["rank_high"]).all()


@given(st.sampled_from(list(TERMS)), st.floats(0.1, 100.0))
@settings(max_examples=8)
def test_only_the_proportions_of_weights_count(term, times):
    base = {t: 1.0 + k for k, t in enumerate(TERMS)}
    one = ranked(weights=Weights(**base))
    two = ranked(weights=Weights(**{t: times * w for t, w in base.items()}))
    np.testing.assert_allclose(one["score"], two["score"])
    only = ranked(weights=Weights(**{t: float(t == term) for t in TERMS}))
    np.testing.assert_allclose(only["score"], only[f"term_{term}"])


def test_a_missing_term_counts_neither_above_nor_below_the_line():
    frame = profile(*setting([economy(7)])[1:3], "R0")
    frame["loss"] = 1.0
    found = rank(frame)
    assert found["part_lagging"].isna().all()  # one year of accounts
    others = [term for term in TERMS if term != "lagging"]
    np.testing.assert_allclose(found["score"], found[[f"term_{t}" for t in others]].mean(axis=1))


def test_the_band_of_ranks_tells_what_weights_decide():
    chain = pd.Series(["c"] * 4)
    terms = np.array([[0.9] * 7, [1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0], [0.0] * 7], dtype=float)
    low, high = rank_band(chain, terms)
    assert (low[3], high[3]) == (4, 4)  # nothing is weaker in no term than this one
    assert low[1] < high[1]
    assert low[2] < high[2]
    dominated = np.array([[0.9] * 7, [0.5] * 7])
    assert [list(ends) for ends in rank_band(chain[:2], dominated)] == [[1, 2], [1, 2]]


def test_reasons_name_the_largest_parts_with_their_figures():
    frame = ranked()
    codes = ("R1", "R2", "S0", "S1", "S2", "S3", "abroad", "rest")
    names = {code: Text(code, code) for code in codes}
    row = frame.iloc[0].to_dict() | {f"part_{t}": 0.0 for t in TERMS} | {"part_abroad": 0.4, "part_thin": 0.2}
    row |= {"abroad": 0.456, "quotient": 0.5, "loss": 123.4}
    said = reasons(row, names)
    assert said.en == "46% of use from abroad; location quotient 0.50; a halt loses 12 bn yuan"
    assert said.zh.startswith("所用产品 46% 来自境外；区位商仅 0.50；停产损失 123 亿元")
    calm = reasons(row | {"part_abroad": 0.0, "part_thin": 0.0, "loss": np.nan}, names)
    assert calm.en == "no weakness stands out"
    down = reasons(row | {"part_lagging": 0.9, "growth": -0.012, "nation_growth": 0.05}, names)
    assert "−1.2%" in down.en
    dated = reasons(row | {"part_lagging": 0.9}, names, years=Text("2012–2017 年", " (2012 to 2017)"))
    assert "2012–2017 年名义年均增长" in dated.zh
    assert "a year (2012 to 2017)" in dated.en
    listed = reasons(row, names, first=("thin",))
    assert listed.en.startswith("location quotient")


def test_lists_follow_the_declared_bounds():
    frame = ranked()
    strict = ranked(bounds=Bounds(abroad=0.0, quotient=0.0, outside=2.0, strong=99.0))
    assert strict["research"].all()
    assert not strict["recruit"].any()
    assert not strict["strengthen"].any()
    outside = frame["rest"] + frame["abroad"]
    assert (frame["recruit"] == ((frame["quotient"] < 0.8) | (outside >= 0.4))).all()
    assert (frame["strengthen"] == (frame["quotient"] >= 1.0)).all()


@pytest.mark.parametrize("bad", [{"abroad": -1.0}, dict.fromkeys(TERMS, 0.0), {"loss": float("nan")}])
def test_weights_that_cannot_weigh_are_refused(bad):
    with pytest.raises(HaiheError, match="E-DIA-63"):
        diagnose(region_of([economy(0)]), weights=Weights(**bad))


@pytest.mark.parametrize("bad", [{"lag": 0.0}, {"quotient": -0.1}, {"abroad": float("nan")}])
def test_bounds_that_make_no_sense_are_refused(bad):
    with pytest.raises(HaiheError, match="E-DIA-65"):
        Bounds(**bad)


def test_labels_are_read_by_the_declared_rule_and_compared_as_they_are():
    _, trade, chains, found = setting(grown(1.2))
    frame = read_labels(trade, chains, "R0", (found[2012], found[2017])).set_index("chain")
    for chain in ("alpha", "beta"):
        row = frame.loc[chain]
        ahead = row["growth"] >= row["nation_growth"]
        assert row["ours"] == ("strong" if row["quotient"] >= 1 else "new" if ahead else "short")
    assert frame.loc["beta", "official"] is None
    assert frame.loc["beta", "agrees"] is None
    assert frame.loc["alpha", "agrees"] == (frame.loc["alpha", "ours"] == "strong")
    easy = read_labels(trade, chains, "R0", None, LabelRule(strong=0.0))
    assert list(easy["ours"]) == ["strong", "strong"]
    unknown = read_labels(trade, chains, "R0", None, LabelRule(strong=99.0))
    assert unknown["ours"].isna().all()
    assert agreement(unknown).compared == 0
    pairs = [("strong", "strong"), ("short", "strong"), ("new", "new"), (None, "new"), ("new", None)]
    made = pd.DataFrame(pairs, columns=["ours", "official"])
    made["agrees"] = [a == b if a and b else None for a, b in pairs]
    found = agreement(made)
    assert (found.compared, found.agree, found.commonest) == (3, 2, 2)


def test_the_map_has_two_sides_of_one_size(small):
    _, trade, chains, _ = small
    frame = map_frame(trade, chains, "alpha", "R0")
    total = frame.pivot_table(index="stage", columns="side", values="amount", aggfunc="sum")
    np.testing.assert_allclose(total["supply"], total["use"])
    share = frame.groupby(["stage", "side"])["share"].sum()
    np.testing.assert_allclose(share, 1.0)


def test_a_stage_in_a_sector_without_accounts_is_left_out_and_named():
    region = region_of([economy(0)])
    sectors = pd.concat([region["sectors"], region["sectors"].head(1).assign(sector="S9")], ignore_index=True)
    extra = region["chain_stages"].head(1).assign(stage="ghost", sector="S9")
    stages = pd.concat([region["chain_stages"], extra], ignore_index=True)
    found = diagnose(region.with_table("sectors", sectors).with_table("chain_stages", stages))
    assert "alpha.ghost" not in found.chains.chains.keys
    (finding,) = [f for f in found.findings if f.code == "W-DIA-64"]
    assert finding.row == len(stages) + 1
    assert "S9" in finding.text("en")


def test_stages_that_take_more_than_a_sector_are_refused():
    more = [*STAGES, ("beta", "twig", "midstream", "S2", 0.2)]
    with pytest.raises(HaiheError, match="E-DIA-62"):
        diagnose(region_of([economy(0)], stages=more))


def test_chains_are_chosen_by_code_and_unknown_ones_named():
    region = region_of([economy(0)])
    found = diagnose(region, "beta")
    assert found.chains.chains.codes == ["beta"]
    assert set(found.labels.labels["chain"]) == {"beta"}
    assert set(found.halts.halts["chain"]) == {"beta"}
    with pytest.raises(HaiheError, match="E-DIA-61") as error:
        diagnose(region, ["alpha", "betta"])
    assert "beta" in error.value.text("en")


def test_without_chains_the_rest_is_diagnosed_and_a_chain_asked_for_is_refused():
    region = region_of([economy(0)], chains=False)
    found = diagnose(region)
    assert (found.chains, found.labels, found.halts) == (None, None, None)
    assert "N-DIA-67" in {finding.code for finding in found.findings}
    assert found.tables
    with pytest.raises(HaiheError, match="E-TAB-01"):
        diagnose(region, "alpha")
    tables = small_tables()
    del tables["chain_stages"]
    with pytest.raises(HaiheError, match="chain_stages"):
        diagnose(Region(tables, META), "metal")


def test_one_region_alone_has_no_neighbours_and_still_halts():
    found = diagnose(region_of([economy(3, R=1, flows=False)]))
    assert found.places.members == ("R0",)
    assert set(found.halts.halts["where"]) == {"R0"}
    assert not any(key.startswith("chain-members") for key in found.tables)
    assert found.chains.stages["loss_near"].abs().max() == pytest.approx(0.0)


def test_regions_may_list_different_sectors():
    """A region that has no records of a sector is a region that makes none of it, whatever the others list."""
    region = region_of([economy(11, idle=1)])
    cells = region["accounts"]
    absent = (cells["region"] == "R0") & ((cells["column"] == "S3") | ((cells["row"] == "S3") & (cells["value"] == 0)))
    assert absent.sum() > 4
    assert (cells.loc[absent, "value"] == 0).all()
    shorter = region.with_table("accounts", cells[~absent])
    one, two = (diagnose(r) for r in (region, shorter))
    columns = ["key", "output", "score", "loss", "abroad", "home", "quotient"]
    pd.testing.assert_frame_equal(one.chains.stages[columns], two.chains.stages[columns])
    pd.testing.assert_frame_equal(one.halts.halts, two.halts.halts)
    pd.testing.assert_frame_equal(one.trade.contents, two.trade.contents)


def test_accounts_that_do_not_balance_are_refused():
    region = region_of(grown(1.1))
    cells = region["accounts"]
    off = (cells["region"] == "R0") & (cells["row"] == "S1") & (cells["column"] == "export")
    with pytest.raises(HaiheError, match="E-DIA-38"):
        diagnose(region.with_table("accounts", cells.assign(value=cells["value"].mask(off, 500.0))))


def test_the_order_of_records_changes_nothing():
    region = region_of(grown(1.2, 9))
    turned = region.with_table("chain_stages", region["chain_stages"].iloc[[1, 0, 2, 3, 4, 5]])
    turned = turned.with_table("accounts", region["accounts"].sample(frac=1.0, random_state=1))
    columns = ["key", "score", "rank", "loss", "abroad", "concentration"]
    one, two = (diagnose(r).chains.stages[columns].set_index("key").sort_index() for r in (region, turned))
    pd.testing.assert_frame_equal(one, two, check_exact=False, rtol=1e-9)
