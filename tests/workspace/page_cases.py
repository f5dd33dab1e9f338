"""Every page of the workspace with somebody who may open it, found from the table of addresses; and a full office to look at."""

from django.test.utils import setup_test_environment
from django.urls import reverse
from permission_world import ADDRESSES, World
from samples import SAMPLES, VIEWERS

from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.units.models import Unit
from workspace_cases import small_city

UNIT = "TJ-BH"
FIRST = ("auditor", "admin", "planner", "bh-editor", "bh-approver")
"""Who is tried first: pages show most to those who may do most."""
OK = 200
PAGE = "page"


def office() -> dict[str, list[list[str]]]:
    """Make the small city, a sample of everything in a district, and some history.

    Gives the pages (name, address, and a person who sees it) and the addresses that showed nobody a page, with what they
    answered.
    """
    setup_test_environment()  # so that the test client's host is answered
    city = small_city()
    actor = Actor("admin", "TJ")
    for number in range(55):
        park = Unit(code=f"PARK-{number}", name_zh=f"示例园区 {number}", kind_of="park", parent=city.units[UNIT])
        store(actor, "create", park)
    binhai = Unit.objects.get(code=UNIT)
    binhai.name_en = "Binhai New Area"
    store(actor, "edit", binhai, reason="更正英文名")
    world = World(city)
    for kind in SAMPLES:  # in the order in which they were registered: some stand on others
        world.sample(kind, UNIT)
    pages: list[list[str]] = []
    others: list[list[str]] = []
    for name in ADDRESSES:
        if "GET" in ADDRESSES[name].access.methods:
            found = _asked(world, name)
            (pages if found[-1] == PAGE else others).append(found[:3] if found[-1] == PAGE else found)
    return {"pages": pages, "others": others}


def _asked(world: World, name: str) -> list[str]:
    """Give name, address, person and answer for the first person to whom an address shows a page, or the best answer."""
    address = ADDRESSES[name]
    lookup = address.lookup
    sample = world.sample(lookup.of, UNIT) if lookup and address.parameters else None
    url = reverse(name, kwargs=lookup.parameters(sample) if lookup and sample else {})
    people = [""] if address.access.public else [*FIRST, *(each for each in VIEWERS if each not in FIRST)]
    answers = []
    for who in people:
        said = _answer(world, who, url)
        if said == PAGE:
            return [name, url, who, PAGE]
        answers.append(said)
    return [name, url, "", max(answers, key=lambda each: (each.startswith("5"), each.startswith("2")))]


def _answer(world: World, who: str, url: str) -> str:
    answer = world.ask(who, "GET", url)
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code == OK and kind.startswith("text/html"):
        return PAGE if b"<html" in answer.content else "200 a part of a page"
    return f"{answer.status_code} {kind}"
