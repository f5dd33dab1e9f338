"""Money of awards in the database: commitments, payments, acceptances, clawbacks; sums; who may; nothing is rewritten."""

from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from ledger_cases import ARTICLE, Paid, paid_round, with_goals
from round_cases import WAN

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import verify
from haihe.workspace.rounds import acceptance, clawback, follow, payments
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry
from haihe.workspace.rounds.models import Award
from workspace_cases import City

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)
DAYS = (DAY, DAY, DAY, date(2027, 3, 1))


def refuses(code: str, action: Any, *args: Any, **more: Any) -> None:
    """The service refuses with a code."""
    with pytest.raises(HaiheError) as error:
        action(*args, **more)
    assert error.value.findings[0].code == code


def pay(paid: Paid, award: Award, side: str, instalment: str, part: int = 1, day: date = DAY) -> Entry:
    """Pay an instalment, or a part of it, of one side."""
    award = paid.fresh(award)
    book = payments.ledger_of(award)
    amount = book.owed(book.due(ARTICLE, instalment), side) // part
    person = paid.city_money if side == "city" else paid.bh_money
    return payments.pay(person, award, side, ARTICLE, instalment, amount, day=day)


def report(paid: Paid, award: Award, output: str, energy: str) -> Acceptance:
    """A report that is handed in, checked and accepted."""
    firm = paid.case.people[award.unit.code.lower()]
    made = acceptance.report(firm, award, "final", 2027, {"output": output, "energy": energy}, "完成")
    acceptance.submit(firm, made)
    acceptance.check(paid.case.city.people["planner"], made, "账实相符")
    acceptance.accept(paid.second, made)
    return made


def test_awarding_books_what_city_and_district_commit(city: City) -> None:
    paid = paid_round(city)
    booked = follow.sums(Entry.objects.all())[None]
    assert booked.of("committed", "city") == sum(each.city for each in paid.awards) > 0
    assert booked.of("committed", "district") == sum(each.district_part for each in paid.awards)
    assert booked.of("open") == sum(each.support for each in paid.awards)
    assert payments.unbalanced(paid.awards) == {}
    assert list(verify()) == []


def test_money_from_first_payment_to_clawback(city: City) -> None:
    paid = paid_round(city)
    award = paid.first
    acceptance.set_terms(city.people["planner"], award.round, {"least": 90, "document": "虚构办法第十条"})
    with_goals(paid, award)
    first = pay(paid, award, "city", "first")
    assert (first.amount, first.giver.code, first.taker.code) == (60 * WAN, "FIN", "F1")
    refuses("E-RND-45", payments.pay, paid.city_money, paid.first, "city", ARTICLE, "tail", 1, day=DAY)
    pay(paid, award, "district", "first")
    refuses("E-RND-46", payments.pay, paid.city_money, paid.first, "city", ARTICLE, "tail", 1, day=DAY)
    made = report(paid, paid.first, "80", "50")
    assert (made.attained, made.passed) == ("9/10", True)
    pay(paid, award, "city", "tail")
    assert clawback.due(paid.first) == {"city": 0, "district": 0}
    refuses("E-RND-60", clawback.by_rule, city.people["planner"], paid.first)
    acceptance.reopen(paid.second, made, "数据有误")
    worse = report(paid, paid.first, "70", "100")
    assert (worse.attained, worse.passed) == ("3/5", False)
    assert clawback.due(paid.first) == {"city": 40 * WAN, "district": 24 * WAN}
    claim = clawback.by_rule(city.people["planner"], paid.first)
    assert "60" in claim.reason
    assert "虚构办法第十条" in claim.reason
    refuses("E-WEB-22", clawback.settle, city.people["planner"], claim)
    clawback.settle(paid.second, Claim.objects.get(pk=claim.pk))
    assert clawback.due(paid.first) == {"city": 0, "district": 0}
    refuses("E-RND-47", pay, paid, award, "district", "tail")
    payments.receive(paid.city_money, paid.first, "city", 40 * WAN, day=DAY)
    refuses("E-RND-49", payments.receive, paid.city_money, paid.first, "city", 1, day=DAY)
    refuses("E-RND-52", payments.receive, paid.city_money, paid.first, "district", 1, day=DAY)
    payments.receive(paid.bh_money, paid.first, "district", 24 * WAN, day=DAY)
    assert payments.ledger_of(paid.first).faults() == []
    assert list(verify()) == []


def test_matching_in_step_can_be_switched_off(city: City) -> None:
    paid = paid_round(city)
    terms = {"in_step": False, "tail_after_acceptance": False}
    acceptance.set_terms(city.people["planner"], paid.first.round, terms)
    pay(paid, paid.first, "city", "first")
    pay(paid, paid.first, "city", "tail")
    assert payments.ledger_of(paid.first).open("city") == 0


def test_tails_are_carried_to_the_year_that_pays_them(city: City) -> None:
    paid = paid_round(city)
    pay(paid, paid.first, "city", "first")
    later = date(2027, 3, 1)
    refuses("E-RND-43", pay, paid, paid.first, "district", "first", 1, later)
    assert payments.carry_all(paid.city_money, paid.case.round, 2026) == len(paid.awards)
    refuses("E-RND-54", payments.carry, paid.city_money, paid.first, 2026)
    refuses("E-RND-43", pay, paid, paid.first, "district", "first", 1, later)
    payments.carry(paid.bh_money, paid.first, 2026)
    pay(paid, paid.first, "district", "first", 1, later)
    rows = {(each["year"], each["side"].en): each for each in follow.years(Entry.objects.all())}
    assert rows[2026, "city"]["open"] == 0
    assert rows[2026, "city"]["carried"] == rows[2027, "city"]["brought"] > 0
    total = follow.sums(Entry.objects.all())[None]
    assert sum(each["open"] for each in rows.values()) == total.of("open")


def test_sums_by_district_add_up_to_the_round(city: City) -> None:
    paid = paid_round(city)
    for award in paid.awards:
        if award.district.code == "TJ-BH":
            pay(paid, award, "district", "first")
        pay(paid, award, "city", "first")
    entries = Entry.objects.filter(award__round=paid.case.round)
    whole, parts = follow.sums(entries)[None], follow.sums(entries, "award__district__code")
    assert set(parts) == {"TJ-BH", "TJ-HP"}
    for place, amount in enumerate(whole.row):
        assert amount == sum(each.row[place] for each in parts.values())
    table = follow.budget_table(paid.case.round)
    assert sum(table.frame["city_paid"]) == pytest.approx(whole.of("paid", "city") / WAN)
    assert list(table.frame["awards"]) == [3, 1]


def test_release_ends_an_instalment(city: City) -> None:
    paid = paid_round(city)
    award = paid.first
    refuses("E-WEB-26", payments.release, city.people["planner"], award, "city", ARTICLE, "tail", 1, " ", year=2026)
    payments.release(city.people["planner"], award, "city", ARTICLE, "tail", 40 * WAN, "项目缩减", year=2026)
    assert payments.ledger_of(paid.first).open("city") == 60 * WAN
    refuses(
        "E-RND-42", payments.release, city.people["planner"], paid.first, "city", ARTICLE, "tail", 1, "再减", year=2026
    )


def test_who_may_pay(city: City) -> None:
    paid = paid_round(city)
    refuses("E-RND-52", payments.pay, paid.city_money, paid.first, "district", ARTICLE, "first", 1, day=DAY)
    refuses("E-RND-52", payments.pay, paid.second, paid.first, "city", ARTICLE, "first", 1, day=DAY)
    Award.objects.filter(pk=paid.first.pk).update(decided_by=paid.city_money.username)
    refuses("E-RND-53", payments.pay, paid.city_money, paid.first, "city", ARTICLE, "first", 1, day=DAY)


def test_two_who_pay_at_once(city: City) -> None:
    """Both saw the same edition: one payment is booked, the other is told that somebody was quicker."""
    paid = paid_round(city)
    award = paid.first
    payments.pay(paid.city_money, award, "city", ARTICLE, "first", 5, day=DAY, edition=award.edition)
    refuses(
        "E-WEB-20", payments.pay, paid.bh_money, award, "district", ARTICLE, "first", 5, day=DAY, edition=award.edition
    )
    assert Entry.objects.filter(award=award, kind_of="paid").count() == 1


def test_two_who_approve_a_clawback_at_once(city: City) -> None:
    paid = paid_round(city)
    pay(paid, paid.first, "city", "first")
    claim = clawback.by_decision(city.people["planner"], paid.first, 10, 0, "虚报设备")
    one, two = Claim.objects.get(pk=claim.pk), Claim.objects.get(pk=claim.pk)
    clawback.settle(paid.second, one)
    refuses("E-WEB-20", clawback.settle, paid.second, two)
    assert Entry.objects.filter(kind_of="claimed").count() == 1


def test_a_clawback_by_decision_needs_a_reason_and_stays_within_what_was_paid(city: City) -> None:
    paid = paid_round(city)
    planner = city.people["planner"]
    refuses("E-RND-48", clawback.by_decision, planner, paid.first, 1, 0, "虚报")
    pay(paid, paid.first, "city", "first")
    refuses("E-WEB-26", clawback.by_decision, planner, paid.first, 1, 0, "")
    refuses("E-RND-48", clawback.by_decision, planner, paid.first, 60 * WAN + 1, 0, "虚报")
    first = clawback.by_decision(planner, paid.first, 60 * WAN, 0, "虚报")
    second = clawback.by_decision(planner, paid.first, 60 * WAN, 0, "再报")
    clawback.settle(paid.second, first)
    refuses("E-RND-48", clawback.settle, paid.second, second)
    assert Claim.objects.get(pk=second.pk).state == "submitted"


def test_acceptance_takes_three_people(city: City) -> None:
    paid = paid_round(city)
    with_goals(paid, paid.first)
    firm, planner = paid.case.people["f1"], city.people["planner"]
    made = acceptance.report(firm, paid.first, "final", 2027, {"output": "100"}, "")
    refuses("E-RND-57", acceptance.submit, firm, made)
    refuses("E-RND-57", acceptance.report, firm, paid.first, "final", 2027, {"output": "许多"}, "")
    made = acceptance.report(firm, paid.first, "final", 2027, {"output": "100", "energy": "0"}, "")
    acceptance.submit(firm, made)
    refuses("E-RND-56", acceptance.set_goal, planner, paid.first, "output", {"value": 1})
    refuses("E-RND-58", acceptance.accept, paid.second, made)
    acceptance.check(planner, made, "属实")
    refuses("E-WEB-22", acceptance.accept, planner, made)
    acceptance.accept(paid.second, made)
    assert (made.state, made.attained, made.passed) == ("approved", "1", True)
    refuses("E-WEB-21", acceptance.report, firm, paid.first, "final", 2027, {"output": "1", "energy": "0"}, "")


def test_entries_are_never_changed(city: City) -> None:
    paid = paid_round(city)
    entry = Entry.objects.filter(award=paid.first).first()
    assert entry is not None
    refuses("E-RND-51", entry.save)
    refuses("E-RND-51", entry.delete)
    for statement in ("UPDATE rounds_entry SET amount = amount + 1", "DELETE FROM rounds_entry"):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Entry.objects.all().update(amount=1)


def test_a_firm_sees_its_own_money_and_no_more(city: City) -> None:
    paid = paid_round(city)
    pay(paid, paid.first, "city", "first")
    clawback.by_decision(city.people["planner"], paid.first, 10, 0, "拟追回")
    one, two = paid.case.people["f1"], paid.case.people["f2"]
    assert set(Entry.objects.visible_to(one).values_list("unit__code", flat=True)) == {"F1"}
    assert set(Entry.objects.visible_to(two).values_list("unit__code", flat=True)) == {"F2"}
    assert not Claim.objects.visible_to(one).exists()
    assert set(
        Entry.objects.visible_to(city.people["hp-approver"]).values_list("award__district__code", flat=True)
    ) == {"TJ-HP"}
    assert not Entry.objects.visible_to(city.people["bj-planner"]).exists()


def test_the_trail_leads_from_the_money_to_the_rules(city: City) -> None:
    paid = paid_round(city)
    pay(paid, paid.first, "city", "first")
    award = Award.objects.select_related("application", "round__rules", "line__run", "round__unit").get(
        pk=paid.first.pk
    )
    found = follow.trail_of(award)
    assert found.fits
    assert found.sources[0]["document"] == "虚构示例〔2026〕1号"
    assert found.sources[0]["place"] == "第五条"
    assert {each.actor for each in found.decision} == {"second"}
    assert found.handed_in[0].after["sha256"] == award.application.sha256


def attempt(draw: Random, paid: Paid, award: Award) -> None:
    """Try one thing that may happen to an award, with amounts that often fit and sometimes do not."""
    planner, side, day = paid.case.city.people["planner"], draw.choice(("city", "district")), draw.choice(DAYS)
    money = paid.city_money if side == "city" else paid.bh_money
    book = payments.ledger_of(award)
    share = draw.choice(book.shares)
    part = max(0, book.owed(share, side) // draw.choice((1, 1, 1, 2)) + draw.choice((0, 0, 0, 1)))
    what = draw.choice(("pay", "pay", "pay", "release", "carry", "claim", "settle", "settle", "receive", "receive"))
    if what == "pay":
        payments.pay(money, award, side, share.article, share.instalment, part, day=day)
    elif what == "release":
        payments.release(planner, award, side, share.article, share.instalment, part // 3, "缩减", year=day.year)
    elif what == "carry":
        payments.carry(money, award, day.year, day=day)
    elif what == "claim":
        clawback.by_decision(planner, award, book.kept("city") // draw.choice((2, 3)), draw.choice((0, 7)), "虚报")
    elif what == "settle":
        for claim in Claim.objects.filter(state="submitted").select_related("award")[:1]:
            clawback.settle(paid.second, claim)
    else:
        owing = next((each for each in paid.awards if payments.ledger_of(each).outstanding(side)), award)
        book = payments.ledger_of(owing)
        payments.receive(money, paid.fresh(owing), side, max(1, book.outstanding(side) // draw.choice((1, 2))), day=day)


def added_up(award: Award) -> Counter[tuple[str, str]]:
    """What stands in the table, added up by hand."""
    found: Counter[tuple[str, str]] = Counter()
    for kind, side, amount, year in Entry.objects.filter(award=award).values_list("kind_of", "side", "amount", "year"):
        found[kind, side] += amount
        found[f"held {year}", side] += {"committed": 1, "paid": -1, "released": -1, "carried": -1}.get(kind, 0) * amount
        if kind == "carried":
            found[f"held {year + 1}", side] += amount
    return found


@pytest.mark.parametrize("number", range(3))
def test_a_random_history_balances_at_every_step(city: City, number: int) -> None:
    """What is refused leaves nothing; after what is booked both sides balance, by instalment and by year."""
    draw, paid = Random(number), paid_round(city)
    terms = {"in_step": number > 0, "tail_after_acceptance": number > 1}
    acceptance.set_terms(city.people["planner"], paid.case.round, terms)
    kinds = Counter[str]()
    for _ in range(80):
        award, before = paid.fresh(draw.choice(paid.awards)), Entry.objects.count()
        try:
            attempt(draw, paid, award)
        except HaiheError:
            assert Entry.objects.count() == before
            continue
        book, sums = payments.ledger_of(paid.fresh(award)), added_up(award)
        for side, part in (("city", award.city), ("district", award.district_part)):
            spent = sums["paid", side] + sums["released", side]
            assert sums["committed", side] == part == spent + book.open(side)
            assert (
                sum(amount for (kind, each), amount in sums.items() if each == side and "held" in kind) == part - spent
            )
            assert 0 <= sums["returned", side] <= sums["claimed", side] <= sums["paid", side]
        assert all(amount >= 0 for amount in sums.values())
        assert payments.unbalanced([paid.fresh(award)]) == {}
    kinds.update(Entry.objects.values_list("kind_of", flat=True))
    assert kinds.keys() == {"committed", "paid", "released", "carried", "claimed", "returned"}, "the history goes far"
    whole = follow.sums(Entry.objects.all())[None]
    raw = sum((added_up(award) for award in paid.awards), Counter[tuple[str, str]]())
    for kind in kinds.keys() - {"carried"}:
        assert whole.of(kind) == raw[kind, "city"] + raw[kind, "district"]
    assert sum(each["open"] for each in follow.years(Entry.objects.all())) == whole.of("open")
    assert list(verify()) == []
