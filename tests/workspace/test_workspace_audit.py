"""The audit chain: it only grows, any touch is found, others can prove it, and two writers leave no gap."""

import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import warm
from audit_cases import write
from browsing import office_in
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.workspace.audit import chain
from haihe.workspace.audit.models import Entry, Head
from haihe.workspace.units.models import Unit
from postgres_server import postgres
from workspace_cases import City

guards = import_module("haihe.workspace.audit.migrations.0002_guards")
ACTOR = chain.Actor("planner", "TJ")
ANY = st.text(max_size=12) | st.integers(-(10**20), 10**20) | st.booleans() | st.none() | st.floats()
SAID = st.dictionaries(st.text(max_size=8), ANY | st.lists(ANY, max_size=3), max_size=4)


def broken() -> list[tuple[int, str]]:
    return [(each.number, each.what) for each in chain.verify()]


# The database itself refuses.


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET reason = 'other' WHERE number = 2",
        "UPDATE audit_entry SET id = id",
        "DELETE FROM audit_entry WHERE number = 3",
        "DELETE FROM audit_entry",
        "UPDATE audit_head SET number = number - 1",
        "UPDATE audit_head SET number = number",
        "UPDATE audit_head SET number = number + 2",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (id, number, hash) VALUES (2, 0, 'x')",
        "INSERT OR REPLACE INTO audit_head (id, number, hash) VALUES (1, 0, 'x')",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE number = 3",
        "INSERT OR REPLACE INTO audit_entry SELECT 1, 4, at, actor, unit, channel, verb, kind, code, before, after, "
        "reason, hash, 'new' FROM audit_entry WHERE number = 3",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_head",
    ],
)
def test_the_database_refuses_whatever_does_not_extend_the_chain(statement: str) -> None:
    write("planner", 3)
    if connection.vendor == "postgresql" and "OR REPLACE" in statement:
        pytest.skip("PostgreSQL knows no REPLACE")
    if connection.vendor == "sqlite" and "TRUNCATE" in statement:
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert broken() == []
    assert Entry.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"number": 5}, {"number": 3}, {"previous": "f" * 64}])
def test_the_database_refuses_an_entry_that_does_not_follow(change: dict[str, object]) -> None:
    write("planner", 3)
    last = Entry.objects.get(number=3)
    said = {field.name: getattr(last, field.name) for field in Entry._meta.concrete_fields if field.name != "id"}
    said |= {"number": 4, "previous": last.hash, "hash": "e" * 64} | change
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.create(**said)
    assert broken() == []


# Whoever gets past the triggers is found.


def _alter(place: int, size: int) -> None:
    Entry.objects.filter(number=place).update(reason="another reason")


def _alter_deep(place: int, size: int) -> None:
    entry = Entry.objects.get(number=place)
    Entry.objects.filter(pk=entry.pk).update(after={**(entry.after or {}), "a value": "more"})


def _alter_with_its_hash(place: int, size: int) -> None:
    entry = Entry.objects.get(number=place)
    entry.reason = f"{entry.reason}, forged"
    entry.hash = chain.hash_of(entry)
    entry.save()


def _delete(place: int, size: int) -> None:
    Entry.objects.filter(number=place).delete()


def _cut_tail(place: int, size: int) -> None:
    Entry.objects.filter(number__gte=place).delete()


def _exchange(place: int, size: int) -> None:
    other = place % size + 1
    first, second = Entry.objects.get(number=place), Entry.objects.get(number=other)
    Entry.objects.filter(pk=first.pk).update(number=-1)
    Entry.objects.filter(pk=second.pk).update(number=place)
    Entry.objects.filter(pk=first.pk).update(number=other)


def _insert(place: int, size: int) -> None:
    for entry in Entry.objects.filter(number__gte=place).order_by("-number"):
        Entry.objects.filter(pk=entry.pk).update(number=entry.number + 1)
    copy = Entry.objects.exclude(number=place).first()
    assert copy is not None
    copy.pk, copy.number, copy.actor = None, place, "somebody else"
    copy.hash = chain.hash_of(copy)
    copy.save(force_insert=True)


def _before_the_first(place: int, size: int) -> None:
    entry = Entry.objects.get(number=1)
    entry.pk, entry.number, entry.previous = None, 0, chain.START
    entry.hash = chain.hash_of(entry)
    entry.save(force_insert=True)


def _move_head(place: int, size: int) -> None:
    Head.objects.update(number=place - 1)


def _drop_head(place: int, size: int) -> None:
    Head.objects.all().delete()


TOUCHES = (
    _alter,
    _alter_deep,
    _alter_with_its_hash,
    _delete,
    _cut_tail,
    _exchange,
    _insert,
    _before_the_first,
    _move_head,
    _drop_head,
)


@pytest.mark.django_db
@settings(max_examples=40)
@given(
    said=st.lists(st.tuples(SAID, SAID, st.text(max_size=20)), min_size=2, max_size=6),
    touch=st.sampled_from(TOUCHES),
    place=st.integers(1, 6),
)
def test_any_touch_is_found(said: list[tuple[dict, dict, str]], touch: Callable[[int, int], None], place: int) -> None:
    with transaction.atomic():
        for before, after, reason in said:
            chain.record(ACTOR, "edit", "units.unit", reason[:10] or "TJ", before, after, reason)
        assert broken() == []
        guards.lift(connection)
        touch(min(place, len(said)), len(said))
        assert broken() != []
        transaction.set_rollback(True)


def _forge_everything_after(place: int) -> None:
    """Alter an entry, compute every later hash and the head anew: the chain in itself holds again."""
    previous = None
    for entry in Entry.objects.filter(number__gte=place).order_by("number"):
        entry.reason = "forged" if entry.number == place else entry.reason
        entry.previous = previous or entry.previous
        previous = entry.hash = chain.hash_of(entry)
        entry.save()
    Head.objects.update(hash=previous)


@pytest.mark.django_db
def test_only_a_hash_noted_elsewhere_finds_a_chain_forged_to_its_end() -> None:
    write("planner", 4)
    noted = chain.end()
    write("planner", 2)
    guards.lift(connection)
    _forge_everything_after(2)
    assert broken() == []
    found = list(chain.verify(anchors={noted.number: noted.hash}))
    assert [(each.number, each.what) for each in found] == [(4, "anchor")]


@pytest.mark.django_db
def test_a_cut_tail_with_its_head_is_found_by_a_noted_hash() -> None:
    write("planner", 4)
    noted = chain.end()
    guards.lift(connection)
    Entry.objects.filter(number__gt=2).delete()
    last = Entry.objects.get(number=2)
    Head.objects.update(number=2, hash=last.hash)
    assert broken() == []
    assert [each.what for each in chain.verify(anchors={noted.number: noted.hash})] == ["anchor"]


@pytest.mark.django_db
def test_a_check_from_the_middle() -> None:
    write("planner", 5)
    assert list(chain.verify(since=3)) == []
    assert [each.what for each in chain.verify(since=9)] == ["missing"]


# Others can prove it.


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "audit.md"
(PROGRAM,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)


def recompute(lines: list[str]) -> dict[str, object]:
    """Check an export with nothing but the program of docs/reference/audit.md; gives the head."""
    names: dict[str, Any] = {}
    exec(compile(PROGRAM, PAGE.name, "exec"), names)
    head = json.loads(lines[-1])["head"]
    assert names["check"](lines) == head["hash"]
    return head


@pytest.mark.django_db
@settings(max_examples=30)
@given(said=st.lists(st.tuples(SAID, st.text(max_size=20)), max_size=4))
def test_an_export_is_recomputed_from_itself_alone(said: list[tuple[dict, str]]) -> None:
    with transaction.atomic():
        for after, reason in said:
            chain.record(ACTOR, "edit", "units.unit", "TJ", None, after, reason)
        assert recompute(list(chain.lines()))["number"] == len(said)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_an_altered_export_is_found() -> None:
    write("planner", 3)
    lines = list(chain.lines())
    lines[1] = lines[1].replace('"planner"', '"somebody"', 1)
    with pytest.raises(AssertionError):
        recompute(lines)


@pytest.mark.django_db
def test_words_that_no_database_keeps_are_replaced() -> None:
    entry = chain.record(ACTOR, "edit", "units.unit", "T\0J", None, {"a\0": "x\0\ud800"}, "why\0")
    kept = Entry.objects.get(number=entry.number)
    assert (kept.code, kept.reason, kept.after) == ("T\ufffdJ", "why\ufffd", {"a\ufffd": "x\ufffd?"})
    assert broken() == []


@pytest.mark.django_db
def test_a_read_of_personal_data_names_the_fields_and_not_the_values(city: City) -> None:
    person = city.people["applicant"]
    entry = chain.read(ACTOR, person, ["name_zh", "username"], "申报复核")
    assert (entry.verb, entry.code, entry.after) == ("read", "applicant", {"fields": ["name_zh", "username"]})


@pytest.mark.parametrize("said", ["", "12", "x:" + "0" * 64, "1:" + "0" * 63, "1:" + "G" * 64, "-1:" + "0" * 64])
def test_a_noted_hash_that_cannot_be_read_is_refused(said: str) -> None:
    with pytest.raises(HaiheError, match="E-WEB-70"):
        chain.End.read(said)


# Whole workspaces, in processes of their own.


def haihe(home: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    return warm.run(["-c", "from haihe.cli import main; main()", *command], os.environ | {"HAIHE_HOME": str(home)})


def writers_at_once(home: Path) -> None:
    server = office_in(home)
    server.run("audit_cases:write", "first", 1)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda who: server.run("audit_cases:write", who, 25), ("one", "two", "three")))
    done = haihe(home, "audit", "verify", str(home), "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"], said["head"]["number"]) == (0, True, 76), done.stderr


def test_writers_at_once_leave_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    writers_at_once(tmp_path / "office")


@pytest.mark.postgres
@pytest.mark.endure
def test_writers_at_once_leave_no_gap_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres() as url:
        monkeypatch.setenv("HAIHE_DATABASE_URL", url)
        writers_at_once(tmp_path / "office")


def test_the_command_line_proves_exports_and_finds_a_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    home, file = tmp_path / "office", tmp_path / "audit.jsonl"
    office_in(home).run("audit_cases:write", "planner", 3)
    assert haihe(home, "audit", "export", str(home), "-o", str(file)).returncode == 0
    head = recompute(file.read_text(encoding="utf-8").splitlines())
    noted = f"{head['number']}:{head['hash']}"
    assert haihe(home, "audit", "verify", str(home), "--head", noted).returncode == 0
    with sqlite3.connect(home / "office.sqlite3") as base:
        base.execute("DROP TRIGGER audit_entry_update")
        base.execute("UPDATE audit_entry SET actor = 'nobody' WHERE number = 2")
    done = haihe(home, "audit", "verify", str(home), "--json")
    assert (done.returncode, json.loads(done.stdout)["breaks"][0]["number"]) == (1, 2)
    told = haihe(home, "audit", "export", str(home), "--lang", "zh")
    assert told.returncode == 1
    assert "E-WEB-71" in told.stderr
    assert "第 2 条" in told.stderr
    assert haihe(home, "audit", "verify", str(tmp_path / "nowhere")).returncode == 1
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.django_db
def test_what_is_written_while_the_chain_is_read_is_no_break(monkeypatch: pytest.MonkeyPatch) -> None:
    chain.record(chain.Actor("a"), "create", "toy", "1")
    end = chain.end

    def later() -> chain.End:
        chain.record(chain.Actor("b"), "edit", "toy", "1")
        return end()

    monkeypatch.setattr(chain, "end", later)
    assert list(chain.verify()) == []


# Many at once.


def edited(units: list[Unit], words: str) -> list[tuple[chain.Actor, Unit]]:
    for unit in units:
        unit.name_en = words
    return [(chain.Actor("planner" if at % 2 else "chief", "TJ"), unit) for at, unit in enumerate(units)]


@pytest.mark.django_db
def test_many_changes_at_once_are_recorded_as_one_by_one(city: City) -> None:
    units = list(city.units.values())
    start = Entry.objects.count()
    chain.store_all("edit", edited(units, "at once"), "why")
    together = list(Entry.objects.order_by("number")[start:])
    for actor, unit in edited(units, "one by one"):
        chain.store(actor, "edit", unit, reason="why")
    singly = list(Entry.objects.order_by("number")[start + len(units) :])
    assert len(together) == len(singly) == len(units)
    for one, other in zip(together, singly, strict=True):
        assert (one.actor, one.unit, one.verb, one.code, one.reason) == (
            other.actor, other.unit, other.verb, other.code, other.reason
        )  # fmt: skip
        assert one.after == other.before
        assert set(chain.changes(one)) == set(chain.changes(other)) == {"name_en", "edition"}
    assert broken() == []


@pytest.mark.django_db
def test_of_many_changes_none_is_kept_where_one_comes_too_late(city: City) -> None:
    units = list(city.units.values())
    other = Unit.objects.get(pk=units[-1].pk)
    chain.store(ACTOR, "edit", other)
    start = Entry.objects.count()
    for wanted in (edited(units, "late"), edited([units[0], units[0]], "twice")):
        with pytest.raises(HaiheError, match="E-WEB-20"):
            chain.store_all("edit", wanted)
        assert not Unit.objects.filter(name_en__in=("late", "twice")).exists()
        assert Entry.objects.count() == start
        for unit in units:
            unit.refresh_from_db()
    chain.store_all("edit", [])
    assert Entry.objects.count() == start
