"""The shared project library, transfer lists and pages of members: only what was chosen is shown, and to whom it is shown."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from neighbour_cases import a_ledger, a_list, a_shared_project, again, agreed, consented, others, three

from haihe.messages import HaiheError
from haihe.workspace.neighbours import agreeing, library, profiles, settling, transfers
from haihe.workspace.neighbours.models import Interest, Ledger, Offer
from workspace_cases import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(city: City) -> City:
    return three(city)


def offered(world: City, facts: tuple[str, ...] = library.FIRST) -> Offer:
    project = a_shared_project(world)
    return library.offer(world.people["bh-approver"], project, "某产线项目", "A line", facts, others(world), "寻找配套")


def refused(do: Callable[[], Any]) -> list[str]:
    with pytest.raises(HaiheError) as raised:
        do()
    return [each.code for each in raised.value.findings]


@pytest.mark.parametrize("fact", ["name", "investment"])
def test_what_is_not_chosen_is_not_shown(world: City, signed: Callable[[str], Client], fact: str) -> None:
    """Neither on the page, in the list, its file, the search, the API nor the record."""
    thing = offered(world)
    shown = str(library.FACTS[fact][1](thing.project)("zh"))  # type: ignore[operator,union-attr]
    secret = {"name": "保密项目名", "investment": shown}[fact]
    theirs, own = signed("bj-planner"), signed("planner")
    for url in (thing.get_absolute_url(), "/neighbours/library", "/neighbours/library?as=csv", "/search?q=保密",
                f"/api/v1/shared-projects/{thing.code}", f"/history/neighbours.offer/{thing.code}"):  # fmt: skip
        assert secret not in theirs.get(url).content.decode().replace("q=保密", "")
    assert secret in own.get(thing.get_absolute_url()).content.decode(), "the own office sees what is masked"
    assert f"/{thing.project.code}" not in theirs.get(thing.get_absolute_url()).content.decode()
    assert f">{thing.project.code}<" not in theirs.get(f"/history/neighbours.offer/{thing.code}").content.decode()
    assert theirs.get(thing.project.get_absolute_url()).status_code == 404, "an offer opens no project"


def test_a_chosen_fact_is_shown(world: City, signed: Callable[[str], Client]) -> None:
    thing = offered(world, ("name", "investment"))
    page = signed("bj-planner").get(thing.get_absolute_url()).content.decode()
    assert "保密项目名" in page
    assert "1,000.00 万元" in page
    assert refused(lambda: library.offer(world.people["bh-approver"], thing.project, "x", "", ["name"], others(world))) == ["E-NBR-13"]  # fmt: skip
    library.withdraw(world.people["bh-approver"], thing)
    assert refused(lambda: library.offer(world.people["bh-approver"], thing.project, "x", "", [], others(world))) == ["E-NBR-20"]  # fmt: skip
    assert refused(lambda: library.offer(world.people["bh-approver"], thing.project, "x", "", ["name"], [])) == [
        "E-NBR-02"
    ]


def test_interest_is_between_the_two(world: City, signed: Callable[[str], Client]) -> None:
    thing = offered(world)
    said = library.say_interest(world.people["bj-planner"], thing, world.units["BJ"], "可提供研发团队")
    for who, sees in {"bj-planner": True, "bh-approver": True, "planner": True, "he-planner": False, "hp-editor": False}.items():  # fmt: skip
        answer = signed(who).get(thing.get_absolute_url())
        assert ("可提供研发团队" in answer.content.decode()) == sees, who
    assert refused(lambda: library.say_interest(world.people["bj-planner"], thing, world.units["BJ"], "x")) == ["E-NBR-14"]  # fmt: skip
    assert refused(lambda: library.say_interest(world.people["planner"], thing, world.units["TJ"], "x")) == ["E-NBR-01"]
    assert signed("bj-planner").post(f"/neighbours/interests/{said.code}/accept").status_code == 403
    library.accept(world.people["bh-approver"], said)
    assert again(said).state == "accepted"
    assert refused(lambda: library.decline(world.people["bh-approver"], again(said), "x")) == ["E-WEB-21"]
    library.drop(world.people["bj-planner"], again(said))
    library.withdraw(world.people["bh-approver"], again(thing))
    assert refused(lambda: library.say_interest(world.people["he-planner"], thing, world.units["HE"], "x")) == ["E-NBR-15"]  # fmt: skip
    assert Interest.objects.count() == 1


def test_a_list_of_two_is_the_two_s_alone(world: City, signed: Callable[[str], Client]) -> None:
    made = agreed(world, a_list(world))
    assert made.frozen
    assert signed("bj-planner").get(made.get_absolute_url()).status_code == 200
    assert signed("he-planner").get(made.get_absolute_url()).status_code == 404
    book = signed("bj-planner").get(made.get_absolute_url() + "?as=csv").content.decode()
    assert "示例产线" in book
    fresh = transfers.renew(world.people["bj-planner"], made)
    assert [item.name_zh for item in fresh.items.all()] == ["示例产线"]
    assert signed("bj-planner").post(f"/neighbours/transfers/{fresh.code}/propose").status_code == 302
    consented(world, fresh)
    assert again(made).successor().pk == fresh.pk


def test_what_is_frozen_downloads_as_it_stands(world: City, signed: Callable[[str], Client]) -> None:
    """Figures of the page are those of the library: to the fen in the file."""
    ledger = agreed(world, a_ledger(world))
    client = signed("he-planner")
    page = client.get(ledger.get_absolute_url()).content.decode()
    assert ledger.sha256 in page
    assert "1,500.00" in page
    rows = client.get(f"{ledger.get_absolute_url()}?part=payments&file=csv").content.decode()
    assert "2020,天津市,北京市,1500" in rows
    assert client.get(f"{ledger.get_absolute_url()}?file=xlsx").content[:2] == b"PK"
    assert client.get(f"{ledger.get_absolute_url()}?part=nothing&file=csv").status_code == 404


def test_a_member_s_page(world: City, signed: Callable[[str], Client]) -> None:
    fields = {
        "about_zh": "京津冀成员",
        "contacts": profiles.contacts_from({"office_who": "周科长", "office_phone": "010"}),
    }
    made = profiles.new(world.people["planner"], world.units["TJ"], fields)
    agreed(world, a_ledger(world))
    page = signed("bj-viewer").get(made.get_absolute_url()).content.decode()
    assert "周科长" in page
    assert "-1,500.00" in page or "−1,500.00" in page, "Tianjin pays"
    assert refused(lambda: profiles.new(world.people["planner"], world.units["TJ"], {})) == ["E-NBR-18"]
    assert signed("bj-planner").get(f"{made.get_absolute_url()}/edit").status_code == 403


@pytest.mark.parametrize("way", ["years", "stranger"])
def test_a_split_becomes_payments(world: City, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """A milestone's payment stands in each year that it stands for, in whole fen."""
    payer = "TJ" if way == "years" else "XX"
    rows = [(2025, 5, payer, "HE", 1.23456789012), (2030, 1, "BJ", "HE", 0.5)]
    frame = pd.DataFrame(rows, columns=["year", "years", "payer", "receiver", "amount"])

    class Kept:
        tables = {"ledger": type("T", (), {"frame": frame})()}  # noqa: RUF012

    study: Any = type("S", (), {"done": True, "name": "s"})()
    monkeypatch.setattr(settling.asking, "kept_of", lambda _study: Kept())
    units = [world.units[code] for code in ("TJ", "BJ", "HE")]
    if way == "stranger":
        assert refused(lambda: settling._split(study, units)) == ["E-NBR-12"]
        return
    found = settling._split(study, units)
    assert [(each["year"], each["fen"]) for each in found] == [
        *((2025 + at, 12345678901) for at in range(5)), (2030, 5 * 10**9),
    ]  # fmt: skip
    assert Ledger.objects.count() == 0


def test_two_at_once_one_wins(world: City, signed: Callable[[str], Client]) -> None:
    """The second of two presses of the same button gets the conflict page."""
    ledger = a_ledger(world)
    agreeing.propose(world.people["planner"], ledger)
    consent = next(each for each in agreeing.consents_of(ledger) if each.unit.code == "BJ")
    url, seen = f"/neighbours/consents/{consent.code}/support", {"edition": consent.edition}
    assert signed("bj-planner").post(url, seen).status_code == 302
    assert signed("bj-planner").post(url, seen).status_code == 409
