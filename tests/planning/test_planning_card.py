"""Cards: identities of what a project brings, money and tax against the tables by hand, one page, Word and page agree."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import haihe as hh
from haihe.accounts import InterregionalTable, accounts_of
from haihe.messages import HaiheError, Text
from haihe.planning import card_facts, card_page, suppliers
from haihe.planning.card import Card, Cards
from haihe.planning.card_page import cards_page, write_card, write_cards
from haihe.planning.card_views import said_on, source_lines
from haihe.planning.reason_words import at_least, said_reason
from haihe.planning.reasons import Change, Reason
from haihe.planning.selection import Selection
from haihe.planning.suppliers import Suppliers
from haihe.planning.tax_levels import LEVELS
from project_region import project_region, project_tables


@cache
def selection(region: str = "") -> Selection:
    if region == "no shares":
        tables = {k: v for k, v in project_tables().items() if k != "tax_shares"}
        base = project_region()
        return hh.select(type(base)(tables, base.meta))
    return hh.select(project_region())


@cache
def cards() -> dict[str, Card]:
    made = Cards(selection())
    return {name: made.card(name) for name in selection().task.projects.projects}


# --- checks, each also run on a broken model --------------------------------------------------------------------------


def check_output_goes_somewhere(made: dict[str, Card]) -> None:
    """Value added, direct and through suppliers, and what is bought outside add up to output; members to the sum."""
    for card in made.values():
        value = {fact.key: fact.value for fact in card.facts}
        assert value["value_added"] + value["suppliers"] + value["outside"] == pytest.approx(value["output"])
        by_member = sum(v for key, v in value.items() if key.startswith("suppliers:"))
        assert by_member == pytest.approx(value["suppliers"])
        assert value["suppliers"] > 0


def check_years_add_up(made: dict[str, Card]) -> None:
    """Investment over the years is the investment; public money by payer the support; tax by level the tax."""
    for card in made.values():
        item = card.years.groupby("item", sort=False)["value"].sum()
        assert item["investment"] == pytest.approx(card.fact("investment").value)
        assert item["city"] + item["district"] == pytest.approx(card.fact("support").value, abs=1e-12)
        if card.shares.known:
            assert sum(item[f"tax:{level}"] for level in LEVELS) == pytest.approx(item["tax"])
        tax = card.years[card.years["item"] == "tax"]
        assert (tax.loc[tax["year"] < card.done, "value"] == 0).all()
        assert tax.loc[tax["year"] >= card.done, "value"].to_numpy() == pytest.approx(card.fact("tax").value)


def check_everything_is_marked(made: dict[str, Card]) -> None:
    """Every number has unit, year, source and mark; a missing one says why."""
    for card in made.values():
        for fact in card.facts:
            assert fact.unit.zh
            assert fact.unit.en
            assert re.fullmatch(r"\d{4}(–\d{4})?", fact.year)
            assert fact.source in card.sources.lines
            assert fact.quality in ("official", "estimated", "illustrative")
            assert np.isfinite(fact.value) == (fact.why is None), fact


CHECKS = [check_output_goes_somewhere, check_years_add_up, check_everything_is_marked]


@pytest.mark.parametrize("check", CHECKS)
def test_identities(check: Callable[[dict[str, Card]], None]) -> None:
    check(cards())


def lost_member(real: Any) -> Any:
    def reach(self: Suppliers, member: int, sector: int) -> Any:
        found = real(self, member, sector)
        return replace(found, suppliers=found.suppliers * np.array([1.0, *([0.0] * (found.suppliers.size - 1))]))

    return reach


def test_broken_cards_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Cards(selection())
    with monkeypatch.context() as patch:
        patch.setattr(Suppliers, "reach", lost_member(Suppliers.reach))
        with pytest.raises(AssertionError):
            check_output_goes_somewhere({"P1": made.card("P1")})
    with monkeypatch.context() as patch:
        patch.setattr(
            card_facts.Ask, "paid", lambda self: pd.DataFrame({"payer": ["city"], "year": [2020], "amount": [1.0]})
        )
        broken = made.card("P1")
        broken = replace(broken, years=broken.years[broken.years["item"] != "city"])
        with pytest.raises((AssertionError, KeyError)):
            check_years_add_up({"P1": broken})
    silent = cards()["P4"]
    facts = tuple(replace(fact, why=None) for fact in silent.facts)
    with pytest.raises(AssertionError):
        check_everything_is_marked({"P4": replace(silent, facts=facts)})


def test_suppliers_are_those_of_the_dense_inverse() -> None:
    """The same by the inverse of I - A, which the library never forms."""
    region, economy = project_region(), selection().task.setup.economy
    table = InterregionalTable.from_accounts(accounts_of(region, economy.year).select(economy.members))
    inverse = np.linalg.inv(np.eye(table.output.size) - table.coefficients)
    added = table.added.sum(axis=0) / table.output
    for member in range(len(economy.members)):
        for sector in range(len(economy.sectors)):
            at = member * len(economy.sectors) + sector
            made = inverse[:, at].copy()
            made[at] -= 1.0
            found = suppliers.Suppliers(table).reach(member, sector)
            assert found.output.ravel() == pytest.approx(made)
            assert found.suppliers.sum() == pytest.approx(added @ made)
            assert found.direct == pytest.approx(added[at])


def test_tax_is_the_accounts_rate_and_shares_are_those_of_the_table() -> None:
    """By hand: the account's taxes over output, the output at capacity, the table's shares; payback from them."""
    region = project_region()
    accounts = region["accounts"]
    card = cards()["P1"]
    here = accounts[(accounts["region"] == "south") & (accounts["year"] == 2017)]
    paid = here[(here["row"] == "taxes") & (here["column"] == "steel")]["value"].sum()
    output = here[(here["row"] == "steel") & (here["column"] == "output")]["value"].sum()
    tax = paid / output * 6.0
    assert card.fact("tax").value == pytest.approx(tax)
    shares = dict(zip(LEVELS, (0.5, 0.2, 0.3), strict=True))
    last = card.years[card.years["year"] == card.years["year"].max()].set_index("item")["value"]
    for level, share in shares.items():
        assert last[f"tax:{level}"] == pytest.approx(share * tax)
    support = card.fact("support").value
    assert support > 0
    assert card.fact("payback").value == pytest.approx(support / (0.5 * tax))


def test_without_a_rule_tax_by_level_is_missing_and_says_why() -> None:
    card = Cards(selection("no shares")).card("P1")
    levels = card.years[card.years["item"].str.startswith("tax:")]
    assert levels["value"].isna().all()
    assert card.years.loc[card.years["item"] == "tax", "value"].notna().all()
    assert np.isnan(card.fact("payback").value)
    assert "tax_shares" in card.fact("payback").why.en
    shown = card.tables["card-years"].shown_rows()
    assert [row[1].zh for row in shown if row[0].zh.startswith("税收：")] == ["—"] * 3
    check_years = card.years[~card.years["item"].str.startswith("tax:")]
    assert check_years["value"].notna().all()


def test_shares_that_do_not_add_up_are_refused() -> None:
    shares = project_tables()["tax_shares"].assign(share=0.4)
    with pytest.raises(HaiheError, match="E-PLN-115"):
        Cards(hh.select(project_region(tax_shares=shares))).card("P1")


def test_land_that_is_not_stated_is_missing() -> None:
    card = cards()["P4"]
    assert np.isnan(card.fact("use:land").value)
    assert np.isnan(card.fact("output_per_mu").value)
    assert cards()["P1"].fact("output_per_mu").value == pytest.approx(60000.0 / 30.0)


def test_a_project_that_comes_too_late_still_has_a_card_at_its_own_member() -> None:
    tables = project_tables()
    late = tables["projects"].assign(start=[2018, 2019, 2018, 2018, 2060, 2017])
    made = hh.select(project_region(projects=late))
    card = made.cards.card("P5")
    assert (card.status, card.site, card.start) == ("not", "north", 2060)
    assert card.fact("value_added").value == pytest.approx(cards()["P5"].fact("value_added").value)
    assert card.rivals[card.rivals["kind"] == "room"].empty
    check_output_goes_somewhere({"P5": card})
    assert all("haihe explain" in line.en or "about" in line.en for line in said_on(card))


def test_what_others_take_is_what_the_choice_gives_them() -> None:
    """Counted one by one over the choice at the site."""
    s = selection()
    spec, z = s.task.projects, s.chosen.choice
    for card in cards().values():
        for row in card.rivals[card.rivals["kind"] == "room"].to_dict("records"):
            site, u = spec.sites.index(row["place"]), spec.resources.index(row["thing"])
            used = sum(
                spec.uses[spec.project[o], u]
                for o in np.flatnonzero(z > 0.5)
                if spec.site[o] == site
                and not spec.committed[spec.project[o]]
                and spec.projects[spec.project[o]] != card.project
                and (spec.start[o] if spec.held[u] else spec.done[o]) <= row["year"]
            )
            assert row["others"] == pytest.approx(used)
            assert row["left"] == pytest.approx(row["limit"] - used)


def test_prices_are_only_a_hint() -> None:
    card = cards()["P1"]
    said = " ".join(line.en for line in said_on(card))
    assert "about" in said
    assert "haihe explain P1" in said
    reason = Reason(
        "P1", True, "in", loss=1.5, low=1.2, verified=True, changes=(Change("value", "", "亿元", 1, 2, 0.9, 1.1, True),)
    )
    with_reason = replace(card, reason=reason)
    lines = said_on(with_reason)
    assert "1.5" in lines[0].en
    assert any("0.9" in line.zh for line in lines)


def test_a_project_that_is_not_there_is_refused() -> None:
    with pytest.raises(HaiheError, match="E-PLN-94"):
        Cards(selection()).card("P9")


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HaiheError, match="E-PLN-116"):
        write_card(cards()["P1"], tmp_path / "card.pdf")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_word_and_page_and_table_say_the_same(lang: Any, tmp_path: Path) -> None:
    """Every cell of the Word file is that of the table as it is shown, and stands in the page."""
    docx = pytest.importorskip("docx")
    card = cards()["P1"]
    document = docx.Document(str(write_card(card, tmp_path / "P1.docx", lang)))
    page = write_card(card, tmp_path / "P1.html", lang).read_text("utf-8")
    tables = list(card.tables.values())
    assert len(document.tables) == len(tables)
    for written, table in zip(document.tables, tables, strict=True):
        found = [[cell.text for cell in row.cells] for row in written.rows]
        assert found[0] == [column.heading(lang) for column in table.columns]
        assert found[1:] == [[cell(lang) for cell in row] for row in table.shown_rows()]
        for row in table.shown_rows():
            for cell in row:
                assert Text(cell.zh, cell.en)(lang).strip() in page.replace("&#x27;", "'").replace("&amp;", "&")
    for line in source_lines(card):
        assert line(lang) in page or line(lang).split("：")[-1] in page


def test_several_cards_stand_in_one_folder(tmp_path: Path) -> None:
    files = write_cards([cards()["P1"], cards()["P4"]], tmp_path, "en")
    assert sorted(file.name for file in files) == ["P1.html", "P4.html", "cards.html"]
    assert cards_page(list(cards().values()), "zh").count('class="card"') == len(cards())


def test_a_project_whose_code_is_a_path_stays_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes of tables may hold nearly anything; a file named by one still lies where the cards belong."""
    monkeypatch.setattr(card_page, "cards_page", lambda *_: "page")
    folder = tmp_path / "a" / "cards"
    for code in ("../../x", str(tmp_path / "x"), "..", "=1+1"):
        write_cards([replace(cards()["P1"], project=code)], folder, "en")
    assert {file.parent for file in tmp_path.rglob("*") if file.is_file()} == {folder}
    assert len(list(folder.iterdir())) == 5


def test_a_page_holds_both_languages_and_asks_for_nothing() -> None:
    page = cards_page([cards()["P1"]], "en")
    assert "Content-Security-Policy" in page
    assert not re.findall(r"""(?:src|href)=["']?https?:""", page)
    for word in ("总投资", "Investment", "方案怎么说", "What the plan says"):
        assert word in page


# --- one option a card, and the words of its reason --------------------------------------------------------------------


def later_option() -> tuple[Card, int]:
    """A card for the last option of a project that could start in several years, and that option."""
    s = selection()
    spec, z = s.task.projects, s.chosen.choice
    for p in np.flatnonzero((spec.award > 0) & ~spec.committed):
        own = np.flatnonzero(spec.project == p)
        if own.size > 1 and z[own].sum() < 0.5:
            option = int(own[np.argmax(spec.start[own])])
            reason = Reason(
                spec.projects[p], False, "out", site=spec.sites[spec.site[option]], start=int(spec.start[option])
            )
            return Cards(s).card(spec.projects[p], reason), option
    raise AssertionError("no project with several options is left out")


def test_everything_on_a_card_is_of_one_option() -> None:
    card, option = later_option()
    s = selection()
    assert (
        card.start
        == s.task.projects.start[option]
        > s.task.projects.start[s.task.projects.project == option].min(initial=0)
    )
    assert card.hint == pytest.approx(-s.chosen.cut.slope[option] / 0.1)
    assert len(card.rivals)
    money, room = (card.rivals[card.rivals["kind"] == kind] for kind in ("budget", "room"))
    assert (money["year"] == card.done).all()
    assert (room["year"] >= card.start).all()
    assert set(room["place"]) <= {card.site}


def test_years_of_money_are_a_span() -> None:
    card, _ = later_option()
    money = card.rivals[card.rivals["kind"] == "budget"].iloc[0]
    rows = [row for row in card.tables["card-rivals"].shown_rows() if row[1].zh == f"{money['year']}–{money['last']}"]
    assert money["last"] > money["year"]
    assert rows


def test_holders_are_named() -> None:
    frame = cards()["P1"].rivals.head(1).assign(holders="P2;P3")
    shown = replace(cards()["P1"], rivals=frame).tables["card-rivals"].shown_rows()
    assert shown[0][-1] == Text("P2 项目2、P3 项目3", "P2 project 2, P3 project 3")


def test_a_loss_that_was_not_solved_again_is_said_to_be_a_least_one() -> None:
    names = selection().views.names
    certain = said_reason(Reason("P1", True, "in", loss=0.5497, low=0.5478, added=("P2",)), names)
    assert "至少减少 0.54 亿元" in certain.zh
    assert "at least 0.54" in certain.en
    for word in ("小模型", "0.5497", "改建"):
        assert word not in certain.zh
    assert "P1 项目1：" in certain.zh
    assert "增补入选 P2 项目2" in certain.zh
    solved = said_reason(Reason("P1", True, "in", loss=0.5497, low=0.5478, verified=True), names)
    assert "0.5497" in solved.zh
    assert "至少" not in solved.zh
    open_ = said_reason(Reason("P1", False, "undecided", loss=0.1, low=-0.2), names)
    assert "尚不能确定" in open_.zh


@pytest.mark.parametrize("value", [0.5497, 0.55, 1.2, 99.99, 123456.0, 3e-5])
def test_at_least_never_says_more(value: float) -> None:
    said = float(at_least(value).replace(",", ""))
    assert 0.9 * value <= said <= value * (1 + 1e-9)


def test_an_unknown_project_is_refused_with_the_nearest_once() -> None:
    for refuse in (lambda: Cards(selection()).card("P9"), lambda: selection().basis.place("P9")):
        with pytest.raises(HaiheError, match="E-PLN-94") as caught:
            refuse()
        finding = caught.value.findings[0]
        assert (finding.table, finding.column) == ("projects", "project")
        text = finding.text("en")
        assert text.count("nearest") + text.count("there are") == 1
