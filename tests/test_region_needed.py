"""A path or a table given where a region is needed is refused with the words that would have been right."""

import inspect
import pickle
from pathlib import Path

import pandas as pd
import pytest

import haihe as hh
from small_region import small_region

TAKING = [
    name
    for name in hh.__all__
    if inspect.isfunction(getattr(hh, name)) and next(iter(inspect.signature(getattr(hh, name)).parameters)) == "region"
]
"""Every public function that takes a region first."""


def refusal(name: str, *given: object, **named: object) -> str:
    with pytest.raises(hh.HaiheError) as caught:
        getattr(hh, name)(*given, **named)
    assert caught.value.code == "E-REG-01"
    return caught.value.text("en") + "\n" + caught.value.text("zh")


def test_the_functions_that_a_newcomer_tries_first_are_among_them():
    assert {"plan", "diagnose", "report", "front", "share", "stress", "pareto", "accounts_of"} <= set(TAKING)
    assert len(TAKING) >= 17


@pytest.mark.parametrize("name", TAKING)
@pytest.mark.parametrize("given", ["folder", Path("folder")])
def test_a_path_is_refused_with_what_to_write(name, given):
    said = refusal(name, given)
    assert f"write hh.{name}(hh.read('folder'))" in said
    assert f"写 hh.{name}(hh.read('folder'))" in said


def test_what_is_no_region_is_named(tmp_path):
    assert 'an object DataFrame. write hh.plan(hh.read("folder"))' in refusal("plan", pd.DataFrame())
    assert "hh.report(hh.read('my folder'))" in refusal("report", region="my folder", folder=tmp_path)
    assert "hh.plan(hh.load(…).region)" in refusal("plan", hh.load(tmp_path))


def test_everything_else_stays_as_it_was():
    assert next(iter(inspect.signature(hh.plan).parameters)) == "region"
    assert hh.plan is hh.plan
    assert pickle.loads(pickle.dumps(hh.plan)) is hh.plan
    region = small_region()
    assert hh.scenario(region) is region
    assert hh.scenario(region=region) is region
    with pytest.raises(TypeError, match="region"):
        hh.plan()
