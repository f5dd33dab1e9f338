"""The tree of units and the reach of posts: random trees, posts and moves against plain definitions."""

import string
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.workspace.audit import chain
from haihe.workspace.audit.chain import Actor
from haihe.workspace.audit.models import Entry
from haihe.workspace.units import codes, tree
from haihe.workspace.units.models import Owned, Person, Post, Unit
from haihe.workspace.units.pinyin import spelled
from haihe.workspace.units.roles import ACTIONS, ALLOWED, ROLES
from workspace_cases import City

pytestmark = pytest.mark.django_db
DESK = Actor("", "", "cli")
MANY = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


def above(parents: dict[str, str | None], code: str) -> Iterator[str]:
    """A unit and all above it, by the table of parents alone."""
    here: str | None = code
    while here is not None:
        yield here
        here = parents[here]


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str | None]:
    """Parents of up to nine units; codes that begin alike, with an underscore where LIKE would take any letter."""
    names = draw(st.permutations(["A", "A_", "AB", "A-B", "A_B", "AXB", "B", "BA", "C"]))[: draw(st.integers(1, 9))]
    return {name: draw(st.sampled_from([None, *names[:at]])) for at, name in enumerate(names)}


def planted(parents: dict[str, str | None]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for code, parent in parents.items():
        units[code] = tree.make(DESK, code, f"单位{code}", "department", parent=units[parent] if parent else None)
    return units


@MANY
@given(trees(), st.data())
def test_what_is_visible_is_what_the_plain_definition_says(parents: dict[str, str | None], data: st.DataObject) -> None:
    some = st.tuples(st.sampled_from(sorted(parents)), st.sampled_from(sorted(ROLES)), st.booleans(), st.booleans())
    posts = data.draw(st.lists(some, max_size=4, unique_by=lambda post: post[:2]))
    with transaction.atomic():
        units = planted(parents)
        person = Person.objects.create_user("somebody", "x", name_zh="某")
        for at, (unit, role, below, active) in enumerate(posts):
            Post.objects.create(
                code=f"p{at}", person=person, unit=units[unit], role=role, below=below, active=active
            )  # fmt: skip
        for action in ACTIONS:
            due = {
                code
                for code in parents
                for unit, role, below, active in posts
                if active and action in ALLOWED[role] and (code == unit or (below and unit in above(parents, code)))
            }
            assert {unit.code for unit in Unit.objects.visible_to(person, action)} == due
            assert {code for code in parents if person.may(action, units[code])} == due
            assert person.may(action) == bool(due)
            assert {post.unit.code for post in Post.objects.visible_to(person, action).select_related("unit")} == {
                unit for unit, _role, _below, _active in posts if unit in due
            }
        transaction.set_rollback(True)


@MANY
@given(trees(), st.data())
def test_moving_units_keeps_every_path_true(parents: dict[str, str | None], data: st.DataObject) -> None:
    with transaction.atomic():
        units = planted(parents)
        for _ in range(data.draw(st.integers(1, 5))):
            code = data.draw(st.sampled_from(sorted(parents)))
            under = data.draw(st.sampled_from([None, *sorted(parents)]))
            unit, parent = Unit.objects.get(code=code), units[under] if under else None
            if under is not None and code in above(parents, under):
                with pytest.raises(HaiheError, match="E-WEB-34"):
                    tree.move(DESK, unit, parent)
            else:
                tree.move(DESK, unit, parent)
                parents[code] = under
        for each in Unit.objects.all():
            assert each.path == "".join(f"{code}/" for code in reversed(list(above(parents, each.code))))
        assert not list(chain.verify())
        transaction.set_rollback(True)


def test_a_move_is_one_entry_and_a_stale_edit_does_not_undo_it(city: City) -> None:
    stale = Unit.objects.select_related("parent").get(code="FIRM-1")
    tree.move(Actor("admin", "TJ"), city.units["TJ-BH"], city.units["IIB"], reason="机构调整")
    entry = Entry.objects.get()
    assert (entry.verb, entry.code, entry.reason) == ("move", "TJ-BH", "机构调整")
    assert (entry.before["parent"], entry.after["parent"]) == ("TJ", "IIB")
    tree.edit(DESK, stale, name_zh="新名", name_en="", kind_of="firm", region="", chain="")
    assert Unit.objects.get(code="FIRM-1").path == "TJ/IIB/TJ-BH/FIRM-1/"
    with pytest.raises(HaiheError, match="E-WEB-20"):
        tree.move(DESK, city.units["TJ-BH"], city.units["TJ"], edition=1)


def test_a_move_takes_what_posts_reach_along(city: City) -> None:
    editor = Person.objects.get(username="bh-editor")
    assert city.units["FIRM-1"] in editor.units("units.read")
    tree.move(DESK, city.units["FIRM-1"], city.units["TJ-HP"])
    assert "FIRM-1" not in {unit.code for unit in Person.objects.get(username="bh-editor").units("units.read")}
    assert "FIRM-1" in {unit.code for unit in Person.objects.get(username="hp-editor").units("units.read")}


@pytest.mark.parametrize(
    ("code", "kind", "parent", "chain_code", "error"),
    [
        ("a b", "park", "TJ", "", "E-WEB-31"),
        ("../x", "park", "TJ", "", "E-WEB-31"),
        ("", "park", "TJ", "", "E-WEB-31"),
        ("new", "park", "TJ", "", "E-WEB-31"),
        ("滨海", "park", "TJ", "", "E-WEB-31"),
        ("A" * 41, "park", "TJ", "", "E-WEB-31"),
        ("tj-bh", "park", "TJ", "", "E-WEB-32"),
        ("X", "castle", "TJ", "", "E-WEB-35"),
        ("X", "region", "TJ", "", "E-WEB-35"),
        ("X", "chain", "TJ", "", "E-WEB-36"),
    ],
)
def test_what_is_no_unit_is_refused(city: City, code: str, kind: str, parent: str, chain_code: str, error: str) -> None:
    before = Unit.objects.count(), Entry.objects.count()
    with pytest.raises(HaiheError, match=error):
        tree.make(DESK, code, "名", kind, parent=city.units[parent], chain=chain_code)
    assert (Unit.objects.count(), Entry.objects.count()) == before


def test_codes_that_differ_in_letter_size_alone_are_one(city: City) -> None:
    with pytest.raises(IntegrityError):
        Unit.objects.create(code="tj", name_zh="x", kind_of="city")
    del city


def test_too_deep_a_tree_is_refused() -> None:
    parent = None
    for letter in string.ascii_uppercase[: tree.MOST_PATH // (codes.MOST + 1)]:
        parent = tree.make(DESK, letter * codes.MOST, "层", "department", parent=parent)
    with pytest.raises(HaiheError, match="E-WEB-33"):
        tree.make(DESK, "Z" * codes.MOST, "层", "department", parent=parent)


def test_neighbours_are_equals_and_chains_have_units(city: City) -> None:
    region = tree.make(DESK, "HE", "河北省", "region", region="HE")
    task = tree.make(DESK, "CHAIN-BIO", "生物医药产业链专班", "chain", parent=city.units["TJ"], chain="bio")
    assert region.path == "HE/"
    assert (task.chain, task.path) == ("bio", "TJ/CHAIN-BIO/")
    assert not Person.objects.get(username="planner").may("units.read", region)


def test_names_are_spelled(city: City) -> None:
    pytest.importorskip("pypinyin")
    assert city.units["TJ-BH"].pinyin == "binhaixinqu bhxq"
    assert spelled("") == ""
    assert len(spelled("滨" * 200)) <= 400


def test_everything_that_belongs_to_a_unit_says_what_reads_it() -> None:
    def kinds(of: type[Owned]) -> Iterator[type[Owned]]:
        for each in of.__subclasses__():
            yield from kinds(each)
            if not each._meta.abstract and each.__module__.startswith("haihe."):
                yield each

    assert {each.__name__ for each in kinds(Owned) if each.read_by not in ACTIONS} == set()
