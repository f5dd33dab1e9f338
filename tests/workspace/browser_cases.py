"""Seeds and steps of the browser tests of the data room; run in a process of their own."""

import io
from datetime import timedelta
from typing import Any

import pandas as pd
from django.utils import timezone
from intake_cases import small_dataset, uses_of

import haihe as hh
from haihe.region import Region
from haihe.workspace.data import answers, versions
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.units.models import Person, Post, Unit
from workspace_cases import PASSWORD, small_city

TABLES = ("sources", "regions", "sectors", "resources", "endowments")


def small() -> None:
    """The small city with its dataset."""
    small_dataset(small_city())


def sixteen() -> list[str]:
    """Tianjin with its sixteen districts and the example's endowments; gives the districts' codes."""
    region = hh.example("jing-jin-ji")
    regions = region["regions"]
    city = Unit.objects.create(code="TJ", name_zh="天津市", name_en="Tianjin", kind_of="city", region="TJ")
    people = [("planner", "planner", city)]
    districts = regions[(regions["level"] == "district") & (regions["parent"] == "TJ")]
    for row in districts.itertuples():
        unit = Unit.objects.create(
            code=row.region,
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind_of="district",
            parent=city,
            region=row.region,
        )
        short = str(row.region).split("-")[1].lower()
        people += [(f"{short}-editor", "editor", unit), (f"{short}-approver", "approver", unit)]
    for username, role, unit in people:
        person = Person.objects.create_user(username, PASSWORD, name_zh=username, name_en=username)
        Post.objects.create(code=f"{username}-post", person=person, unit=unit, role=role, below=True)
    part = Region({name: region[name] for name in TABLES}, region.meta)
    versions.create(Person.objects.get(username="planner"), city, "base", "基地数据", "Data of the base", part)
    return list(districts["region"])


def friday() -> dict[str, int]:
    """Four days after the due day: four districts are approved, three wait for their approver, the rest has nothing."""
    request = Request.objects.get()
    for at, answer in enumerate(Answer.objects.select_related("unit", "request__base", "request__unit")):
        short = answer.unit.code.split("-")[1].lower()
        if at < 7:
            answers.submit(Person.objects.get(username=f"{short}-editor"), answer, "示例：口径待核")
        if at < 4:
            answers.approve(Person.objects.get(username=f"{short}-approver"), answer)
    Request.objects.filter(pk=request.pk).update(due=timezone.localdate() - timedelta(days=4))
    Answer.objects.filter(state="approved").update(approved_at=timezone.now() - timedelta(days=5))
    return {"late": 12}


def with_ten_faults() -> list[tuple[int, str]]:
    """Row and column of each fault that `faulty` plants."""
    return [
        (2, "value"), (3, "sector"), (4, "value"), (5, "unit"), (6, "quality"),
        (7, "source"), (8, "year"), (9, "resource"), (10, "value"), (12, "year"),
    ]  # fmt: skip


def book_of(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="xlsxwriter") as writer:
        frame.to_excel(writer, sheet_name="uses", index=False)
    return out.getvalue()


def faulty() -> bytes:
    """The district's uses with ten faults, each in a row of its own."""
    frame = uses_of("north").reset_index(drop=True).astype(object)
    wrong: list[Any] = ["一百万", "stell", None, "公斤标煤吨", "很好", "NIX", "二〇一九", "watr", -5.0]
    for (row, column), value in zip(with_ten_faults(), wrong, strict=False):
        frame.loc[row - 2, column] = value
    key = ["region", "sector", "resource", "year"]
    frame.loc[10, key] = frame.loc[9, key].to_numpy()
    return book_of(frame)


def mended() -> bytes:
    """The same without faults, one figure new."""
    frame = uses_of("north").reset_index(drop=True)
    frame.loc[0, "value"] = 2601.0
    return book_of(frame)
