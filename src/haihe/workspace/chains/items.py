"""What happens to the boards and the items of their lists: kept, reported on, shared, made a problem of."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.chains.actions import KEEP, SHARE, WORK
from haihe.workspace.chains.models import LIVE, Board, Item
from haihe.workspace.problems.actions import RAISE
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.raising import Found, offices, raise_from
from haihe.workspace.units.codes import SLUG
from haihe.workspace.units.models import Person, Unit

FACTS = ("name_zh", "name_en", "kind_of", "stage", "evidence", "owner", "opened", "source", "quality")
"""Fields that are kept by the task force."""
BOARD_FACTS = ("name_zh", "name_en", "chief", "lead", "dataset", "home", "note")


def make_board(person: Person, unit: Unit, chain: str, fields: Mapping[str, Any], channel: Channel = "web") -> Board:
    """Make the board of a chain; ``E-CHN-02`` for a code that is no code or has a board."""
    if SLUG.fullmatch(chain) is None or Board.objects.filter(chain=chain).exists():
        raise HaiheError("E-CHN-02", column="chain", value=chain[:64])
    said = {name: fields[name] for name in BOARD_FACTS if name in fields}
    board = Board(code=f"chain-{chain}", unit=unit, chain=chain, created_by=person.username, **said)
    store(person.actor(KEEP, channel), "create", board)
    return board


def change_board(
    person: Person, board: Board, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change what is said of a board."""
    for name in BOARD_FACTS:
        if name in fields:
            setattr(board, name, fields[name])
    store(person.actor(KEEP, channel), "edit", board, edition=edition)


def add(person: Person, board: Board, fields: Mapping[str, Any], number: str = "", channel: Channel = "web") -> Item:
    """Put something on a list; ``E-CHN-04`` where its number stands already."""
    number = number or f"{timezone.localtime():%y%m%d}-{secrets.token_hex(3)}"
    if Item.objects.filter(board=board, number=number).exists():
        raise HaiheError("E-CHN-04", column="number", value=number)
    said = {name: fields[name] for name in FACTS if name in fields}
    item = Item(code=f"{board.code}-{number}", board=board, unit=board.unit, number=number, **said)
    item.created_by = person.username
    store(person.actor(KEEP, channel), "create", item)
    return item


def change(
    person: Person, item: Item, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change what is said of an item."""
    for name in FACTS:
        if name in fields:
            setattr(item, name, fields[name])
    store(person.actor(KEEP, channel), "edit", item, edition=edition)


def report(
    person: Person, item: Item, state: str, words: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Say how an item goes; ``E-CHN-05`` where it ends, or is opened again, without a word why."""
    words = words.strip()
    if not words and (state not in LIVE or not item.live):
        raise HaiheError("E-CHN-05", column="words", value=item.name_zh)
    item.state, item.words = state, words
    item.closed = None if state in LIVE else timezone.localdate()
    store(person.actor(WORK, channel), "state", item, edition=edition, reason=words)


def share(
    person: Person, item: Item, units: Iterable[Unit], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Share an item with exactly these units: they see it and nothing else of the chain."""
    wanted = {unit.code: unit for unit in units}
    before = sorted(unit.code for unit in item.shared.all())
    if before == sorted(wanted):
        return
    with transaction.atomic():
        store(person.actor(SHARE, channel), "edit", item, edition=edition)
        item.shared.set(wanted.values())
        record(
            person.actor(SHARE, channel),
            "share",
            item.kind(),
            item.code,
            {"shared": before},
            {"shared": sorted(wanted)},
        )


def office_of(person: Person, item: Item) -> Unit | None:
    """Give the office in whose name a person makes a problem of an item: one that decides about it, else the person's first."""
    mine = [unit for unit in item.deciders(WORK) if person.may(RAISE, unit)]
    return mine[0] if mine else offices(person).first()


def to_problem(person: Person, item: Item, unit: Unit | None = None, channel: Channel = "web") -> Problem:
    """Make a problem of an item, in one click; the same item gives the same open problem."""
    chain = item.board.name
    evidence = item.evidence.strip()
    said = Text(
        f"{chain.zh}{item.kind_name.zh}：{evidence or item.name_zh}",
        f"{chain.en}, {item.kind_name.en}: {evidence or item.name.en}",
    )
    found = Found(
        name=item.name,
        evidence=said,
        key=f"chains.item:{item.code}",
        chain=item.board.chain,
        about_kind=item.kind(),
        about=item.code,
        quality=item.quality,
        source=item.source,
    )
    return raise_from(person, unit or item.unit, found, channel)
