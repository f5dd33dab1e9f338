"""Every result that a user gets says in a line or two what it is: nobody wants a wall of arrays in a notebook."""

import pytest

import haihe as hh
from haihe.region.examples import examples_folder

LONGEST = 300


@pytest.fixture(scope="module")
def region() -> hh.Region:
    return hh.example("jing-jin-ji")


def says(thing: object) -> str:
    """Give what a result says of itself; refuse a wall, and the fields of a dataclass."""
    said = repr(thing)
    assert len(said) < LONGEST, said[:LONGEST]
    assert "array(" not in said
    assert f"{type(thing).__name__}(" not in said
    return said


def test_accounts_and_diagnosis_name_places_years_and_size(region):
    accounts = hh.accounts_of(region)
    assert "BJ, TJ, HE, RC" in says(accounts)
    assert f"{len(accounts.sectors)} sectors" in says(accounts)
    diagnosis = hh.diagnose(region, chain="IC")
    assert f"{len(diagnosis.tables)} tables" in says(diagnosis)


def test_a_shock_says_what_it_loses(region):
    assert "port-closed" in says(hh.stress(region, "port-closed", lanes=8))


def test_a_rulebook_counts_its_schemes():
    book = hh.read_schemes(examples_folder() / "jing-jin-ji" / "rules")
    assert f"{len(book.schemes)} schemes" in repr(book)
    assert len(repr(book)) < 2 * LONGEST
