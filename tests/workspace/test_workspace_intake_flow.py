"""A district officer sends a workbook in, reads what is wrong, mends it, sees what changes, confirms, undoes."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from django.test import Client
from intake_cases import made, page_of, send, sent, small_dataset, uses_of, whole, workbook

from golden_workbook import plant
from haihe.messages import HaiheError
from haihe.region import check_path
from haihe.region.workbook import read_cells
from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.data import versions
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.intake import uploads
from haihe.workspace.intake.models import Upload
from small_region import small_tables
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def current(code: str = "small") -> Version:
    return Dataset.objects.select_related("current").get(code=code).current


def rows(page: str) -> list[list[str]]:
    """Give the cells of the findings' table."""
    table = page.split('class="list findings"')[1].split("</table>")[0]
    body = table.split("<tbody>")[1]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row] for row in cells]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_what_the_check_of_the_file_says(city: City, signed: Signed, tmp_path: Path, lang: str) -> None:
    small_dataset(city, filled=False)
    expected = plant(tmp_path / "golden.xlsx")
    client = signed("planner")
    upload = sent(client, (tmp_path / "golden.xlsx").read_bytes(), "golden.xlsx")
    assert upload.state == "refused"
    found = check_path(tmp_path / "golden.xlsx")
    assert upload.reading.findings == json.loads(json.dumps([each.to_dict() for each in found]))
    assert upload.reading.total == len(expected)
    page = page_of(client, upload, lang)
    shown = [(row[0], row[2], row[3], row[4]) for row in rows(page)]
    wanted = [
        (f.code, f.table or "—", str(f.row or "—"), f"{f.letter} {f.column}" if f.letter else f.column or "—")
        for f in found
    ]
    assert shown == wanted
    assert [row[7] for row in rows(page)] == [f.message.mend.format(**f.values)(lang) for f in found]
    assert client.post(f"/intake/{upload.code}/confirm").status_code == 409
    assert not Version.objects.exists()


def test_the_marked_workbook_has_every_finding_at_its_cell(city: City, signed: Signed, tmp_path: Path) -> None:
    import openpyxl

    small_dataset(city, filled=False)
    plant(tmp_path / "golden.xlsx")
    client = signed("planner")
    upload = sent(client, (tmp_path / "golden.xlsx").read_bytes(), "golden.xlsx")
    (tmp_path / "marked.xlsx").write_bytes(made(client, f"/intake/{upload.code}/marked.xlsx").content)
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    before, after = read_cells(tmp_path / "golden.xlsx"), read_cells(tmp_path / "marked.xlsx")
    assert list(before) == list(after)
    for name, cells in before.items():
        same = cells == after[name][: cells.shape[0], : cells.shape[1]]
        held = ~pd.DataFrame(cells).map(lambda cell: type(cell).__name__ == "Fault").to_numpy()
        assert (same | ~held).all()
    placed = [f for f in upload.reading.findings if f["row"] and f["letter"]]
    assert len(placed) > 30
    for each in placed:
        cell = book[each["table"]][f"{each['letter']}{each['row']}"]
        assert each["code"] in cell.comment.text
        assert cell.fill.fgColor.rgb in {"FFF4B6B6", "FFFFE699", "FFD9E7F5"}
    listed = book.worksheets[0]
    assert listed.max_row == 1 + upload.reading.total


def test_findings_can_be_filtered(city: City, signed: Signed, tmp_path: Path) -> None:
    small_dataset(city, filled=False)
    plant(tmp_path / "golden.xlsx")
    client = signed("planner")
    upload = sent(client, (tmp_path / "golden.xlsx").read_bytes(), "golden.xlsx")
    page = client.get(f"/intake/{upload.code}?code=E-NUM-01&table=uses").content.decode()
    assert {(row[0], row[2]) for row in rows(page)} == {("E-NUM-01", "uses")}
    assert len(rows(client.get(f"/intake/{upload.code}?severity=warning").content.decode())) == upload.warnings


def test_from_faults_to_undoing(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("bh-editor")
    first = current()
    frame = uses_of("north").astype({"value": object})
    frame.loc[frame.index[0], "value"] = "一百万"
    frame.loc[frame.index[1], "sector"] = "stell"
    upload = sent(client, workbook({"uses": frame}))
    assert upload.state == "refused"
    assert sorted((f["code"], f["row"]) for f in upload.reading.findings) == [("E-NUM-01", 2), ("E-REF-01", 3)]
    assert Version.objects.count() == 1

    frame = uses_of("north")
    frame.loc[frame.index[0], "value"] = 2600.0
    upload = sent(client, workbook({"uses": frame}))
    assert upload.state == "previewed", upload.reading.findings
    assert upload.reading.counts == {"uses": {"new": 0, "changed": 1, "same": len(frame) - 1, "gone": 0, "rejected": 0}}
    page = page_of(client, upload)
    assert re.search(r"<del>.*?2500.*?</del> <ins>.*?2600.*?</ins>", page, re.DOTALL)
    assert Version.objects.count() == 1

    assert client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition}).status_code == 302
    made = Version.objects.get(number=2)
    assert (made.state, made.unit.code, made.parent, made.upload) == ("draft", "TJ-BH", first, upload.code)
    assert current() == first
    table = versions.table_of(made, "uses")
    assert table.loc[table["value"] == 2600.0, "region"].tolist() == ["north"]
    assert len(table) == len(small_tables()["uses"])

    upload.refresh_from_db()
    assert client.post(f"/intake/{upload.code}/undo", {"edition": upload.edition}).status_code == 422
    undo = {"edition": upload.edition, "reason": "数错了"}
    assert client.post(f"/intake/{upload.code}/undo", undo).status_code == 302
    back = Version.objects.get(number=3)
    assert (back.sha256, back.parent) == (first.sha256, made)
    upload.refresh_from_db()
    again = {"edition": upload.edition, "reason": "没有错"}
    assert client.post(f"/intake/{upload.code}/undo", again).status_code == 302
    assert Version.objects.get(number=4).sha256 == made.sha256
    upload.refresh_from_db()
    assert upload.state == "confirmed"
    verbs = list(Entry.objects.filter(kind="intake.upload", code=upload.code).values_list("verb", "reason"))
    assert verbs == [("upload", ""), ("read", ""), ("confirm", ""), ("undo", "数错了"), ("redo", "没有错")]
    assert not list(verify())


def test_only_the_last_can_be_undone(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("planner")
    first = sent(client, workbook({"uses": uses_of("north", value=1.0)}))
    uploads.confirm(city.people["planner"], first)
    second = sent(client, workbook({"uses": uses_of("south", value=2.0)}))
    uploads.confirm(city.people["planner"], second)
    answer = client.post(f"/intake/{first.code}/undo", {"reason": "x"})
    assert answer.status_code == 409
    assert "small-3" in answer.content.decode()
    uploads.undo(city.people["planner"], second, "x")
    assert current().sha256 == Version.objects.get(number=2).sha256


def test_a_dataset_that_moved_is_a_conflict(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("planner")
    one = sent(client, workbook({"uses": uses_of("north", value=1.0)}))
    other = sent(client, workbook({"uses": uses_of("north", value=2.0)}))
    assert client.post(f"/intake/{one.code}/confirm", {"edition": one.edition}).status_code == 302
    answer = client.post(f"/intake/{other.code}/confirm", {"edition": other.edition})
    assert answer.status_code == 409
    assert "E-INT-20" in answer.content.decode()
    assert Version.objects.count() == 2
    assert client.post(f"/intake/{other.code}/again", {"edition": other.edition}).status_code == 302
    from haihe.workspace.jobs.worker import drain

    drain()
    other.refresh_from_db()
    assert client.post(f"/intake/{other.code}/confirm", {"edition": other.edition}).status_code == 302
    assert set(versions.table_of(current(), "uses").query("region == 'north'")["value"]) == {2.0}


def test_two_who_confirm_the_same_upload(city: City, signed: Signed) -> None:
    small_dataset(city)
    upload = sent(signed("planner"), workbook({"uses": uses_of("north", value=1.0)}))
    twin = Upload.objects.get(pk=upload.pk)
    uploads.confirm(city.people["planner"], upload)
    with pytest.raises(HaiheError) as caught:
        uploads.confirm(city.people["planner"], twin)
    assert caught.value.code in {"E-INT-20", "E-WEB-20"}
    assert Version.objects.count() == 2


def test_rows_of_others_are_not_taken(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("bh-editor")
    both = pd.concat([uses_of("north", value=1.0), uses_of("south", value=1.0)])
    upload = sent(client, workbook({"uses": both}))
    half = len(both) // 2
    assert upload.state == "previewed"
    assert upload.reading.counts["uses"] == {"new": 0, "changed": half, "same": 0, "gone": 0, "rejected": half}
    assert {(f["code"], f["row"]) for f in upload.reading.findings if f["code"] == "W-INT-01"} == {
        ("W-INT-01", half + 2 + at) for at in range(half)
    }
    uploads.confirm(city.people["bh-editor"], upload)
    table = versions.table_of(Version.objects.get(number=2), "uses")
    assert set(table.query("region == 'north'")["value"]) == {1.0}
    assert 1.0 not in set(table.query("region == 'south'")["value"])


def test_replacing_lets_own_rows_go_and_no_others(city: City, signed: Signed) -> None:
    small_dataset(city)
    kept = uses_of("north")[:3]
    added = sent(signed("bh-editor"), workbook({"uses": kept}))
    assert added.state == "read"
    upload = sent(signed("bh-editor"), workbook({"uses": kept}), way="replace")
    gone = len(uses_of("north")) - 3
    assert upload.reading.counts["uses"] == {"new": 0, "changed": 0, "same": 3, "gone": gone, "rejected": 0}
    uploads.confirm(city.people["bh-editor"], upload)
    table = versions.table_of(Version.objects.get(number=2), "uses")
    assert (table["region"] == "north").sum() == 3
    assert len(table) == len(small_tables()["uses"]) - gone


def test_a_region_is_the_same_by_every_form(city: City, signed: Signed, tmp_path: Path) -> None:
    hashes = set()
    for form in ("a.xlsx", "a.haihe.zip"):
        dataset = form.split(".")[1]
        versions.create(city.people["planner"], city.units["TJ"], dataset, dataset)
        upload = sent(signed("planner"), whole().write(tmp_path / form).read_bytes(), form, dataset)
        assert upload.state == "previewed", upload.reading.findings
        uploads.confirm(city.people["planner"], upload)
        hashes.add(current(dataset).sha256)
        assert versions.region_of(current(dataset)).hash == whole().hash
    assert len(hashes) == 1


def test_equal_content_makes_no_new_file(city: City, office: object) -> None:
    from haihe.workspace.data import store

    first = small_dataset(city).current
    files = set(store.store().folder.rglob("*"))
    again = store.put(whole().tables)
    assert again == first.tables
    assert set(store.store().folder.rglob("*")) == files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files if path.is_file())


def test_content_of_a_version_never_changes(city: City) -> None:
    version = small_dataset(city).current
    version.tables = {}
    with pytest.raises(HaiheError) as caught:
        version.save()
    assert caught.value.code == "E-DAT-03"


def test_tables_can_be_asked_by_sql_that_reaches_no_file(city: City) -> None:
    import duckdb

    from haihe.workspace.data import store

    with store.database(small_dataset(city).current.tables) as database:
        assert database.execute("SELECT count(*) FROM uses").fetchone() == (len(small_tables()["uses"]),)
        for forbidden in ("SELECT * FROM read_csv('/etc/passwd')", "SET enable_external_access = true"):
            with pytest.raises(duckdb.Error):
                database.execute(forbidden)


def test_a_template_holds_the_units_own_rows(city: City, signed: Signed, tmp_path: Path) -> None:
    small_dataset(city)
    client = signed("bh-editor")
    client.cookies["haihe-language"] = "en"
    (tmp_path / "t.xlsx").write_bytes(client.get("/intake/template/dataset/small?table=uses&table=endowments").content)
    sheets = read_cells(tmp_path / "t.xlsx")
    assert len(sheets) == 2
    assert len(sheets["resource uses" if "resource uses" in sheets else next(iter(sheets))]) > 1
    upload = sent(client, (tmp_path / "t.xlsx").read_bytes())
    assert upload.state == "read", upload.reading.findings
    total = sum(counts["same"] for counts in upload.reading.counts.values())
    tables = small_tables()
    assert total == sum((tables[name]["region"] == "north").sum() for name in ("uses", "endowments"))


def test_who_sees_what(city: City, signed: Signed) -> None:
    small_dataset(city, share=("TJ-BH",))
    upload = sent(signed("bh-editor"), workbook({"uses": uses_of("north", value=1.0)}))
    for name, status in (
        ("bh-approver", 200),
        ("auditor", 200),
        ("planner", 404),
        ("hp-editor", 404),
        ("bj-planner", 404),
    ):
        assert signed(name).get(f"/intake/{upload.code}").status_code == status, name
    assert signed("bh-approver").post(f"/intake/{upload.code}/confirm").status_code == 403
    assert send(signed("hp-editor"), b"x").status_code == 404
    assert send(signed("bh-approver"), b"x").status_code == 403
    assert signed("hp-editor").get("/intake/template/dataset/small").status_code == 404
    assert signed("bh-editor").get("/intake/new/dataset/nothing").status_code == 404
    assert signed("bh-editor").get("/intake/new/nothing/small").status_code == 404


def test_drafts_are_approved_by_somebody_else(city: City, signed: Signed) -> None:
    small_dataset(city)
    first = current()
    upload = sent(signed("bh-editor"), workbook({"uses": uses_of("north", value=1.0)}))
    uploads.confirm(city.people["bh-editor"], upload)
    draft = Version.objects.get(number=2)
    assert not Version.objects.visible_to(city.people["planner"]).filter(pk=draft.pk).exists()
    versions.submit(city.people["bh-editor"], draft)
    assert Version.objects.visible_to(city.people["planner"]).filter(pk=draft.pk).exists()
    assert not Version.objects.visible_to(city.people["hp-editor"]).filter(pk=draft.pk).exists()
    with pytest.raises(HaiheError) as caught:
        versions.approve(city.people["bh-editor"], draft)
    assert caught.value.code == "E-WEB-22"
    versions.approve(city.people["bh-approver"], draft)
    assert current() == first
    versions.approve(city.people["planner"], draft)
    assert current() == draft
    assert Version.objects.visible_to(city.people["hp-editor"]).filter(pk=draft.pk).exists()
    versions.reopen(city.people["planner"], draft, "有误")
    assert current() == first


def test_two_districts_change_at_once(city: City, signed: Signed) -> None:
    small_dataset(city)
    drafts = {}
    for name, region in (("bh", "north"), ("hp", "south")):
        upload = sent(signed(f"{name}-editor"), workbook({"uses": uses_of(region, value=1.0)}))
        uploads.confirm(city.people[f"{name}-editor"], upload)
        drafts[name] = Version.objects.get(upload=upload.code)
        versions.submit(city.people[f"{name}-editor"], drafts[name])
    for who in ("bh-approver", "planner"):
        versions.approve(city.people[who], drafts["bh"])
    with pytest.raises(HaiheError) as caught:
        versions.approve(city.people["hp-approver"], drafts["hp"])
    assert caught.value.code == "E-DAT-04"
    assert current() == drafts["bh"]
    carried = versions.carry_over(city.people["hp-editor"], drafts["hp"])
    versions.submit(city.people["hp-editor"], carried)
    for who in ("hp-approver", "planner"):
        versions.approve(city.people[who], carried)
    assert set(versions.table_of(current(), "uses")["value"]) == {1.0}


def test_carrying_over_names_a_row_that_both_changed(city: City, signed: Signed) -> None:
    small_dataset(city)
    upload = sent(signed("bh-editor"), workbook({"uses": uses_of("north", value=1.0)}))
    uploads.confirm(city.people["bh-editor"], upload)
    draft = Version.objects.get(number=2)
    planned = sent(signed("planner"), workbook({"uses": uses_of("north", value=2.0)}))
    uploads.confirm(city.people["planner"], planned)
    with pytest.raises(HaiheError) as caught:
        versions.carry_over(city.people["bh-editor"], draft)
    assert caught.value.code == "E-DAT-02"
    assert current().number == 3


def test_what_the_dataset_has_wrong_already_is_not_the_senders(city: City, signed: Signed) -> None:
    dataset = small_dataset(city)
    broken = small_tables()["uses"].assign(source="S9")
    versions.make(
        city.people["planner"],
        dataset,
        city.units["TJ"],
        {"uses": whole().with_table("uses", broken)["uses"]},
        parent=dataset.current,
    )
    frame = small_tables()["endowments"].query("region == 'north'").assign(value=5e5)
    upload = sent(signed("bh-editor"), workbook({"endowments": frame}))
    assert "E-REF-01" not in {f["code"] for f in upload.reading.findings}
    assert not upload.errors, upload.reading.findings[:3]


def test_deleting_what_others_need_is_refused(city: City, signed: Signed) -> None:
    small_dataset(city)
    sectors = whole()["sectors"]
    upload = sent(signed("planner"), workbook({"sectors": sectors[sectors["sector"] != "care"]}), way="replace")
    assert upload.state == "refused"
    assert {"E-REF-01", "E-REF-02", "E-REF-06"} & {f["code"] for f in upload.reading.findings}


def test_reading_twice_is_reading_once(city: City, signed: Signed) -> None:
    small_dataset(city)
    upload = sent(signed("planner"), workbook({"uses": uses_of("north", value=1.0)}))
    edition, entries = upload.edition, Entry.objects.count()
    uploads.read(city.people["planner"].actor(), upload)
    upload.refresh_from_db()
    assert (upload.edition, Entry.objects.count()) == (edition, entries)


def test_the_list_asks_the_database_equally_often(
    city: City, signed: Signed, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    small_dataset(city)
    client = signed("planner")
    for at in range(6):
        sent(client, workbook({"uses": uses_of("north", value=float(at + 1))}), f"{at}.xlsx")
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        page = client.get("/intake/").content.decode()
    assert page.count(".xlsx") >= 6
