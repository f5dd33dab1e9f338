"""What members agree on: no draft of another is seen, each must consent by two people, what is frozen never changes."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from neighbour_cases import DAY, DUE, PAIRS, a_firm, a_joint, a_ledger, a_list, again, agreed, consented, others, three

from haihe.messages import HaiheError
from haihe.workspace.audit import chain
from haihe.workspace.duties import reporting
from haihe.workspace.duties.models import Target
from haihe.workspace.frame.register import waiting
from haihe.workspace.neighbours import agreeing, joint, ledgers, profiles, settling, transfers
from haihe.workspace.neighbours.models import Consent, Ledger, MovedFirm, TransferItem, TransferList
from haihe.workspace.units.models import Unit
from workspace_cases import City

pytestmark = pytest.mark.django_db
FEN_PER_WAN = 1_000_000
MAKE: dict[str, Callable[[City], Any]] = {"ledgers": a_ledger, "transfers": a_list, "joint": a_joint}

API = {"ledgers": "ledgers", "transfers": "transfer-lists", "joint": "joint-targets"}


@pytest.fixture
def world(city: City) -> City:
    return three(city)


def code_of(raised: Any) -> list[str]:
    return [each.code for each in raised.value.findings]


def test_the_worked_case_to_the_fen(world: City) -> None:
    ledger = a_ledger(world)
    paid = [(each["year"], each["payer"], each["receiver"], each["fen"]) for each in ledger.payments]
    assert paid == [(2020 + at, "TJ", "BJ", due * FEN_PER_WAN) for at, due in enumerate(DUE)]
    assert ledger.terms["least_mean_fen"] == 2000 * FEN_PER_WAN
    firm = ledger.firms.get()
    ledgers.put_firm(world.people["planner"], ledger, firm, firm.code, {"led_by": "market"})
    assert ledger.payments == [], "a move that the market led does not fall under the rule"
    said = {"what_if": True}
    ledgers.change(world.people["planner"], ledger, others(world), said)
    assert [each["fen"] for each in ledger.payments] == [due * FEN_PER_WAN for due in DUE]
    assert all(each["what_if"] for each in ledger.payments)


UNITS = {code: Unit(pk=at, code=code, name_zh=code) for at, code in enumerate(PAIRS, 1)}
TAX = st.one_of(st.none(), st.integers(0, 10**12).map(lambda fen: Decimal(fen) / FEN_PER_WAN))


@st.composite
def firms(draw: st.DrawFn) -> list[MovedFirm]:
    """Some firms that moved between the three, with whatever taxes."""
    made = []
    for at in range(draw(st.integers(0, 4))):
        origin, destination = draw(st.permutations(sorted(UNITS)))[:2]
        said = a_firm(City(UNITS, {})) | {"origin": UNITS[origin], "destination": UNITS[destination]}
        said |= {
            name: draw(TAX) for name in ("before3", "before2", "before1", "year1", "year2", "year3", "year4", "year5")
        }
        said["led_by"] = draw(st.sampled_from(["government", "market"]))
        made.append(MovedFirm(code=f"F{at}", **said))
    return made


@settings(max_examples=40, deadline=None)
@given(firms(), st.booleans())
def test_every_year_adds_up_to_nothing_and_no_cap_is_passed(some: list[MovedFirm], what_if: bool) -> None:
    ledger = Ledger(code="L", unit=UNITS["TJ"], day=DAY, what_if=what_if)
    payments = settling.moved(ledger, some)
    sums: dict[int, int] = {}
    for each in settling.balances(payments, sorted(UNITS)):
        sums[each.year] = sums.get(each.year, 0) + each.fen
    assert all(total == 0 for total in sums.values())
    assert sum(each["fen"] for each in payments) >= 0
    for firm in some:
        got = sum(each["fen"] for each in payments if each["firm"] == firm.code)
        before = [firm.before3, firm.before2, firm.before1]
        cap = sum(settling.fen(value) for value in before) if None not in before else 0
        assert got <= cap
        assert not got or (cap >= 6000 * FEN_PER_WAN and (what_if or firm.led_by == "government"))


@pytest.mark.parametrize("name", sorted(MAKE))
def test_no_member_sees_the_draft_of_another(world: City, signed: Callable[[str], Client], name: str) -> None:
    thing = MAKE[name](world)
    for username in ("bj-planner", "bj-approver", "bh-editor"):
        client = signed(username)
        assert client.get(thing.get_absolute_url()).status_code == 404
        assert thing.name_zh not in client.get(f"/neighbours/{name}").content.decode()
        assert thing.code not in client.get(f"/api/v1/{API[name]}").content.decode()
    assert signed("planner").get(thing.get_absolute_url()).status_code == 200
    agreeing.propose(world.people["planner"], thing)
    assert signed("bj-planner").get(thing.get_absolute_url()).status_code == 200
    assert signed("bh-editor").get(thing.get_absolute_url()).status_code == 404, "a district is no member"
    agreeing.withdraw(world.people["planner"], again(thing))
    assert signed("bj-planner").get(thing.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", sorted(MAKE))
def test_the_consent_of_each_is_needed(world: City, name: str) -> None:
    thing = MAKE[name](world)
    units = tuple(unit.code for unit in thing.concerned())
    agreeing.propose(world.people["planner"], thing)
    for at in range(len(units)):
        there = again(thing)
        assert there.state == "proposed"
        assert len(agreeing.waits_for(there)) == len(units) - at
        there = consented(world, thing, (units[at],))
    assert again(thing).frozen
    assert again(thing).hashed() == again(thing).sha256
    assert not list(chain.verify())


def test_two_people_in_each_member(world: City) -> None:
    """Who entered, looked over or proposed does not consent; nobody consents for another member."""
    planner, ledger = world.people["planner"], a_ledger(world)
    agreeing.propose(planner, ledger)
    own, theirs = (Consent.objects.get(about=ledger.code, unit=world.units[code]) for code in ("TJ", "BJ"))
    with pytest.raises(HaiheError) as raised:
        agreeing.give(planner, own)
    assert code_of(raised) == ["E-WEB-22"]
    with pytest.raises(HaiheError) as raised:
        agreeing.give(world.people["bj-approver"], theirs)
    assert code_of(raised) == ["E-WEB-21"], "not before it was looked over"
    agreeing.support(world.people["bj-planner"], theirs)
    with pytest.raises(HaiheError) as raised:
        agreeing.give(world.people["bj-planner"], again(theirs))
    assert code_of(raised) == ["E-WEB-22"]


def test_another_member_cannot_consent_in_its_place(world: City, signed: Callable[[str], Client]) -> None:
    ledger = a_ledger(world)
    agreeing.propose(world.people["planner"], ledger)
    consent = Consent.objects.get(about=ledger.code, unit=world.units["BJ"])
    assert signed("tj-approver").post(f"/neighbours/consents/{consent.code}/give").status_code == 404
    assert signed("he-approver").post(f"/neighbours/consents/{consent.code}/refuse").status_code == 404
    assert again(consent).state == "draft"


def test_a_refusal_sends_it_back_and_all_are_asked_anew(world: City) -> None:
    ledger = a_ledger(world)
    agreeing.propose(world.people["planner"], ledger)
    consented(world, ledger, ("TJ", "BJ"))
    theirs = Consent.objects.get(about=ledger.code, unit=world.units["HE"])
    with pytest.raises(HaiheError):
        agreeing.refuse(world.people["he-planner"], theirs, "  ")
    agreeing.refuse(world.people["he-planner"], again(theirs), "税额须核对")
    ledger = again(ledger)
    assert (ledger.state, ledger.returned) == ("draft", "税额须核对")
    assert any(ledger.name_zh in each.what.zh for each in waiting(world.people["planner"]))
    with pytest.raises(HaiheError) as raised:
        agreeing.support(world.people["he-planner"], again(theirs))
    assert code_of(raised) == ["E-NBR-05"]
    agreeing.propose(world.people["planner"], ledger)
    assert [each.state for each in agreeing.consents_of(ledger)].count("approved") == 0


def test_the_waiting_list_names_whose_turn_it_is(world: City) -> None:
    ledger = a_ledger(world)
    agreeing.propose(world.people["planner"], ledger)

    def waits(who: str) -> bool:
        return any(ledger.name_zh in each.what.zh for each in waiting(world.people[who]))

    names = ("planner", "tj-approver", "bj-planner", "bj-approver", "he-planner", "he-approver")
    assert [name for name in names if waits(name)] == ["tj-approver", "bj-planner", "he-planner"]
    consented(world, ledger, ("TJ", "BJ"))
    assert [name for name in names if waits(name)] == ["he-planner"]


def test_what_is_agreed_never_changes(world: City) -> None:
    """By services, by saving, and by SQL past all of them."""
    planner = world.people["planner"]
    ledger, listed, target = (agreed(world, make(world)) for make in (a_ledger, a_list, a_joint))
    firm, item = ledger.firms.get(), listed.items.get()
    before = [each.hashed() for each in (ledger, listed, target)]
    refused: list[Callable[[], Any]] = [
        lambda: ledgers.change(planner, again(ledger), others(world), {"name_zh": "x"}),
        lambda: ledgers.put_firm(planner, again(ledger), again(firm), firm.code, {"moved": 2018}),
        lambda: ledgers.put_firm(planner, again(ledger), None, "new", a_firm(world)),
        lambda: ledgers.take_out(planner, again(firm)),
        lambda: transfers.put_item(planner, again(listed), again(item), item.code, {"name_zh": "x"}),
        lambda: transfers.take_out(planner, again(item)),
        lambda: joint.change(planner, again(target), others(world), {"value": Decimal(1)}, {}),
        lambda: agreeing.withdraw(planner, again(ledger)),
        lambda: agreeing.propose(planner, again(ledger)),
        lambda: again(ledger).save(),
    ]
    for attempt in refused:
        with pytest.raises(HaiheError), transaction.atomic():
            attempt()
    past: list[Callable[[], Any]] = [
        lambda: Ledger.objects.filter(pk=ledger.pk).update(payments=[]),
        lambda: Ledger.objects.filter(pk=ledger.pk).update(state="draft"),
        lambda: MovedFirm.objects.filter(pk=firm.pk).update(moved=2018),
        lambda: MovedFirm.objects.filter(pk=firm.pk).delete(),
        lambda: TransferItem.objects.filter(pk=item.pk).update(step="done"),
        lambda: TransferList.objects.filter(pk=listed.pk).update(note="x"),
        lambda: ledger.members.clear(),
        lambda: target.members.add(world.units["IIB"]),
        lambda: type(target).objects.filter(pk=target.pk).delete(),
    ]
    for attempt in past:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert [again(each).hashed() for each in (ledger, listed, target)] == before


def test_a_new_version_takes_its_place(world: City) -> None:
    """Every member may begin it; until all have consented the old one is in force; there is one at a time."""
    old = agreed(world, a_ledger(world))
    fresh = ledgers.renew(world.people["bj-planner"], old)
    assert (fresh.number, fresh.unit.code, fresh.payments[0]["fen"]) == (2, "BJ", old.payments[0]["fen"])
    assert sorted(unit.code for unit in fresh.concerned()) == ["BJ", "HE", "TJ"]
    with pytest.raises(HaiheError) as raised:
        ledgers.renew(world.people["planner"], again(old))
    assert code_of(raised) == ["E-NBR-08"]
    assert again(old).successor() is None
    total = profiles.balance_of(world.units["BJ"], world.people["bj-planner"])
    assert total == {2020 + at: due * FEN_PER_WAN for at, due in enumerate(DUE)}
    firm = fresh.firms.get()
    ledgers.put_firm(world.people["bj-planner"], fresh, firm, firm.code, {"year4": None})
    agreeing.propose(world.people["bj-planner"], fresh)
    consented(world, fresh)
    assert again(old).successor().pk == fresh.pk
    counted = profiles.balance_of(world.units["BJ"], world.people["bj-planner"])
    assert counted == {2020 + at: due * FEN_PER_WAN for at, due in enumerate(DUE[:3])}, (
        "the old one is not counted twice"
    )


def test_nothing_to_consent_to_is_not_put_to_anybody(world: City) -> None:
    empty = ledgers.new(
        world.people["planner"], world.units["TJ"], others(world), {"name_zh": "空", "day": a_ledger(world).day}
    )
    with pytest.raises(HaiheError) as raised:
        agreeing.propose(world.people["planner"], again(empty))
    assert code_of(raised) == ["E-NBR-03"]
    with pytest.raises(HaiheError) as raised:
        ledgers.new(world.people["bh-editor"], world.units["TJ-BH"], others(world), {"name_zh": "区", "day": empty.day})
    assert code_of(raised) == ["E-NBR-01"], "a district is no member"
    with pytest.raises(HaiheError) as raised:
        ledgers.put_firm(world.people["planner"], empty, None, "f", a_firm(world, origin=world.units["TJ"]))
    assert code_of(raised) == ["E-NBR-10"]


def test_a_joint_target_is_reported_on_by_each(world: City) -> None:
    thing, planner = a_joint(world), world.people["planner"]
    shares = {code: Decimal(value) for code, value in thing.shares.items()}
    with pytest.raises(HaiheError) as raised:
        joint.change(planner, thing, others(world), {"value": Decimal(301)}, shares)
    assert code_of(raised) == ["E-NBR-16"]
    thing = agreed(world, a_joint(world))
    targets = {each.unit.code: each for each in Target.objects.filter(code__startswith=thing.code)}
    assert {code: each.value for code, each in targets.items()} == {"TJ": 100, "BJ": 120, "HE": 80}
    assert all(each.issuer_id == each.unit_id for each in targets.values())
    reader = world.people["bj-planner"]
    assert joint.standing(thing, reader).light.mark == "wait"
    for code, value in {"TJ": 101, "BJ": 119, "HE": 75}.items():
        editor, approver = world.people[f"{code.lower()}-editor"], world.people[PAIRS[code][1]]
        report = reporting.report(editor, targets[code], "2026", value=Decimal(value), words="x")
        reporting.submit(editor, report)
        reporting.approve(approver, again(report))
    found = joint.standing(thing, reader)
    assert found.actual == 295
    assert found.light.mark == "warn"
    assert [part.target is not None for part in found.parts] == [False, True, False], (
        "another's own target stays its own"
    )
