"""Pages of datasets: versions in words, rows paged and found, differences, where a figure comes from, the way to being in force."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from intake_cases import small_dataset

from haihe.region import TABLES, Region, load
from haihe.workspace.data import versions
from haihe.workspace.data.browsing_rows import page_of
from haihe.workspace.data.differences import counts, life, rows
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.jobs.worker import drain
from small_region import small_tables
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def moved(city: City, value: float, note: str = "修订", unit: str = "TJ", who: str = "planner") -> Version:
    """Make a version in which one endowment of north says something else."""
    dataset = Dataset.objects.select_related("current", "unit").get(code="small")
    parent = versions.head(dataset, city.units[unit])
    frame = versions.table_of(parent, "endowments")
    frame.loc[0, "value"] = value
    return versions.make(city.people[who], dataset, city.units[unit], {"endowments": frame}, note, parent=parent)


def test_what_changed_in_words_and_in_rows(city: City, signed: Signed) -> None:
    small_dataset(city)
    second = moved(city, 13000.0)
    client = signed("planner")
    page = client.get("/data/datasets/small").content.decode()
    assert "修改 1 行" in page
    assert "首个版本" in page
    first = Version.objects.get(number=1)
    assert counts(first, second) == {"endowments": {"new": 0, "changed": 1, "gone": 0}}
    (only,) = rows(first, second, "endowments")
    assert (only.key, only.cells) == (("north", "co2", 2017), ("value",))
    page = client.get("/data/versions/small-2/against/small-1").content.decode()
    assert "<del>12,000</del>" in page
    assert "<ins>13,000</ins>" in page
    back = client.get("/data/versions/small-1/against/small-2").content.decode()
    assert "<ins>12,000</ins>" in back
    book = openpyxl.load_workbook(io.BytesIO(client.get("/data/versions/small-2/against/small-1?as=xlsx").content))
    sheet = book[TABLES["endowments"].title.zh]
    heads = [cell.value for cell in sheet[1]]
    said = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    title = TABLES["endowments"].column("value").title.zh
    assert (said[f"{title} (原)"], said[f"{title} (现)"]) == (12000.0, 13000.0)
    assert sheet.max_row == 2


def test_where_a_figure_comes_from(city: City, signed: Signed) -> None:
    small_dataset(city)
    moved(city, 13000.0, "一次修订")
    moved(city, 14000.0, "二次修订")
    last = Version.objects.get(number=3)
    steps = life(city.people["planner"], last, "endowments", ["north", "co2", "2017"])
    assert [step.version.number for step in steps] == [3, 2, 1]
    assert [step.what.en for step in steps] == ["changed", "changed", "new"]
    assert [
        step.version.number for step in life(city.people["planner"], last, "endowments", ["south", "co2", "2017"])
    ] == [1]
    address = "/data/versions/small-3/rows/endowments"
    page = signed("planner").get(f"{address}?key=north&key=co2&key=2017").content.decode()
    assert page.index("14,000") < page.index("12,000")
    assert "测试数据" in page
    assert signed("planner").get(f"{address}?key=north&key=co2&key=1900").status_code == 404
    assert signed("planner").get(f"{address}?key=north").status_code == 404


def test_rows_are_paged_sorted_searched_and_filtered(city: City) -> None:
    small_dataset(city)
    kept = Version.objects.get(number=1).tables["accounts"]
    spec, frame = TABLES["accounts"], small_tables()["accounts"]
    names = spec.names

    def asked(**said: str) -> Any:
        return page_of(kept, spec, said)

    whole = [row for number in (1, 2, 3) for row in asked(page=str(number)).rows]
    assert len(whole) == len(frame) == asked().count
    assert len({row[:4] for row in whole}) == len(frame)
    down = [row[names.index("value")] for row in asked(sort="-value").rows]
    assert down == sorted(frame["value"], reverse=True)[: len(down)]
    region = frame["region"].iloc[0]
    assert asked(region=region).count == (frame["region"] == region).sum()
    wanted = frame["column"].iloc[0]
    found = asked(q=wanted)
    assert found.count
    assert all(wanted in " ".join(map(str, row)) for row in found.rows)
    assert asked(sort="value; DROP TABLE accounts").count == len(frame)
    assert asked(q="' OR 1=1 --").count == 0
    assert asked(page="999").number == asked().pages
    assert asked(region="' OR 1=1 --").count == len(frame)  # no such choice: no filter


def test_figures_show_unit_source_quality_and_the_mark_of_illustrative_data(city: City, signed: Signed) -> None:
    small_dataset(city)
    page = signed("planner").get("/data/versions/small-1/tables/endowments").content.decode()
    assert "<small>亩</small>" in page
    assert "测试数据" in page
    assert 'class="quality illustrative"' in page
    assert "不得用作决策依据" in page
    assert "2,017" not in page
    assert signed("planner").get("/data/versions/small-1/tables/nothing").status_code == 404


def test_downloads_say_version_and_hash_and_read_back(city: City, signed: Signed, tmp_path: Any) -> None:
    small_dataset(city)
    version = Version.objects.get(number=1)
    region = versions.region_of(version)
    for form, suffix in (("xlsx", "xlsx"), ("zip", "haihe.zip")):
        answer = signed("planner").get(f"/data/versions/small-1/download?as={form}")
        name = f"small-v1-{version.sha256[:12]}.{suffix}"
        assert f'filename="{name}"' in answer["Content-Disposition"]
        (tmp_path / name).write_bytes(answer.content)
        back = load(tmp_path / name).region
        assert isinstance(back, Region)
        assert back.hash == region.hash
    assert signed("planner").get("/data/versions/small-1/download?as=exe").status_code == 404


def test_a_version_from_below_comes_into_force_by_four_eyes(city: City, signed: Signed) -> None:
    small_dataset(city)
    made = moved(city, 13000.0, "区里修订", "TJ-BH", "bh-editor")
    address = f"/data/versions/{made.code}"
    assert signed("planner").get(address).status_code == 404
    assert signed("hp-editor").get(address).status_code == 404
    assert signed("bh-editor").post(f"{address}/approve", {"edition": made.edition}).status_code == 403
    assert signed("bh-approver").post(f"{address}/approve", {"edition": made.edition}).status_code == 409
    assert signed("bh-editor").post(f"{address}/submit", {"edition": made.edition}).status_code == 302
    assert made.code in signed("bh-approver").get("/").content.decode()
    assert made.code not in signed("bh-editor").get("/").content.decode()
    made.refresh_from_db()
    assert signed("planner").get(address).status_code == 200
    assert Dataset.objects.get(code="small").current.number == 1
    sent = {"edition": made.edition}
    assert signed("planner").post(f"{address}/approve", sent).status_code == 409  # its own unit first
    assert f"审批数据版本 {made.code}" not in signed("planner").get("/").content.decode()
    assert signed("bh-approver").post(f"{address}/approve", sent).status_code == 302
    assert Dataset.objects.get(code="small").current.number == 1  # the keeper decides
    made.refresh_from_db()
    assert (made.state, made.vouched_by, made.approved_by) == ("submitted", "bh-approver", "")
    sent = {"edition": made.edition}
    assert signed("bh-approver").post(f"{address}/approve", sent).status_code == 409
    assert f"审批数据版本 {made.code}" in signed("planner").get("/").content.decode()
    assert signed("planner").post(f"{address}/approve", sent).status_code == 302
    assert Dataset.objects.get(code="small").current == made
    made.refresh_from_db()
    assert made.approved_by == "planner"
    reopen = {"edition": made.edition, "reason": "数据有误"}
    assert signed("bh-approver").post(f"{address}/reopen", reopen).status_code == 403
    assert signed("planner").post(f"{address}/reopen", reopen | {"reason": " "}).status_code == 422
    assert signed("planner").post(f"{address}/reopen", reopen).status_code == 302
    assert Dataset.objects.get(code="small").current.number == 1


def test_the_check_of_a_version_is_kept_with_it(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("planner")
    assert "尚未检查" in client.get("/data/versions/small-1").content.decode()
    assert client.post("/data/versions/small-1/check").status_code == 302
    drain()
    page = client.get("/data/versions/small-1").content.decode()
    expected = versions.region_of(Version.objects.get(number=1)).check()
    assert "尚未检查" not in page
    assert all(finding.code in page for finding in expected)
    assert f"错误 {len(expected.errors)} 条" in page


def test_lists_ask_the_database_as_often_for_many_as_for_few(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("planner")

    def queries(address: str) -> int:
        client.get(address)  # what is counted once is counted now
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    moved(city, 1.0)
    few = {address: queries(address) for address in ("/data/", "/data/datasets/small")}
    for value in range(2, 8):
        moved(city, float(value))
    for number in range(5):
        versions.create(city.people["planner"], city.units["TJ"], f"more-{number}", f"数据{number}")
    assert {address: queries(address) for address in few} == few
