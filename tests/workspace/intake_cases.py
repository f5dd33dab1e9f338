"""A dataset of the small region kept by the city, shared with two districts, and files sent in for it."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haihe.region import Region
from haihe.workspace.data.models import Dataset
from haihe.workspace.data.versions import create
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.worker import drain
from small_region import META, small_tables
from workspace_cases import City

OF_UNITS = {"TJ-BH": "north", "TJ-HP": "south"}
"""The regions of the small region for which the districts answer."""


def whole() -> Region:
    return Region(small_tables(), META)


def small_dataset(city: City, *, filled: bool = True, share: tuple[str, ...] = ("TJ-BH", "TJ-HP")) -> Dataset:
    """Make the dataset; the districts answer for north and for south with the harbour."""
    for code, region in OF_UNITS.items():
        unit = city.units[code]
        unit.region = region
        unit.save()
    shared = [city.units[code] for code in share]
    region = whole() if filled else None
    return create(city.people["planner"], city.units["TJ"], "small", "小样区", "Small region", region, shared)


def workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Write tables as a workbook without a sheet for the meta."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="xlsxwriter") as writer:
        for name, frame in tables.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return buffer.getvalue()


def send(client: Client, data: bytes, name: str = "报送.xlsx", to: str = "small", **more: Any) -> Any:
    """Post a file to the page of a dataset, or of another target (``to`` as ``target/code``)."""
    file = SimpleUploadedFile(name, data)
    path = to if "/" in to else f"dataset/{to}"
    return client.post(f"/intake/new/{path}", {"file": file, "way": "add"} | more)


def sent(client: Client, data: bytes, name: str = "报送.xlsx", to: str = "small", **more: Any) -> Upload:
    """Send a file, have it read, and give the upload."""
    answer = send(client, data, name, to, **more)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    drain()
    return Upload.objects.select_related("unit", "reading").get(code=answer["Location"].rsplit("/", 1)[-1])


def made(client: Client, address: str) -> Any:
    """Have a file made in the background, and give the answer that holds it, or the one that still leads to the job."""
    asked = client.get(address)
    if asked.status_code != 302:
        return asked
    assert asked["Location"].startswith("/jobs/")
    drain()
    return client.get(address)


def page_of(client: Client, upload: Upload, lang: str = "en") -> str:
    """Give an upload's page."""
    client.cookies["haihe-language"] = lang
    answer = client.get(f"/intake/{upload.code}")
    assert answer.status_code == 200
    return answer.content.decode()


def uses_of(region: str, **change: Any) -> pd.DataFrame:
    """Give the rows of table uses of one region, changed where asked."""
    frame = small_tables()["uses"]
    return frame[frame["region"] == region].assign(**change)


def files_under(folder: Path) -> set[str]:
    """Give every file under a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
