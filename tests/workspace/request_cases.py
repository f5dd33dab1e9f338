"""A request of the city to its two districts, and workbooks filled in for it."""

import io
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from intake_cases import small_dataset

from haihe.region import TABLES
from haihe.workspace.data import answers, sending
from haihe.workspace.data.models import Dataset
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.worker import drain
from workspace_cases import City

YEAR = 2020
TITLE = "2020年资源底数"
Cells = Mapping[tuple[str, str], Any]
"""Value by resource and column."""


def asked_fields(*addressees: str, days: int = 7, year: int = YEAR) -> dict[str, Any]:
    return {
        "title": TITLE,
        "note": "请按年末数填报",
        "asked": [{"table": "endowments", "columns": ["value"], "year": year}],
        "addressees": list(addressees),
        "due": timezone.localdate() + timedelta(days=days),
        "remind_days": 3,
    }


def open_request(city: City, *, share: tuple[str, ...] = (), days: int = 7, year: int = YEAR) -> Request:
    """Make the dataset and send a request for its endowments to both districts."""
    dataset = Dataset.objects.filter(code="small").first() or small_dataset(city, share=share)
    planner = city.people["planner"]
    request = sending.new(planner, dataset, asked_fields("TJ-BH", "TJ-HP", days=max(days, 0), year=year))
    sending.send(planner, request)
    if days < 0:
        Request.objects.filter(pk=request.pk).update(due=timezone.localdate() + timedelta(days=days))
    return Request.objects.select_related("unit", "dataset", "base").get(pk=request.pk)


def answer_of(request: Request, unit: str) -> Answer:
    found: Answer = Answer.objects.select_related("unit", "request__unit", "request__base").get(
        request=request, unit__code=unit
    )
    return found


def filled(data: bytes, value_of: Callable[[dict[str, Any]], Any], **more: Any) -> bytes:
    """Fill in the sheet of endowments as a person would: the values, and the quality where it is empty."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    spec = TABLES["endowments"]
    sheet = next(book[name] for name in (spec.title.zh, spec.title.en) if name in book.sheetnames)
    titles = {title: column.name for column in spec.columns for title in (column.title.zh, column.title.en)}
    names = [titles[cell.value] for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        said = {name: sheet.cell(row, at).value for at, name in enumerate(names, 1)}
        if said["region"] is None:
            continue
        said |= {"value": value_of(said), "quality": said["quality"] or "official"}
        said |= more
        for at, name in enumerate(names, 1):
            sheet.cell(row, at).value = said[name]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload_to(client: Client, answer: Answer, data: bytes, name: str = "填报.xlsx") -> Upload:
    """Send a workbook in for an answer and have it read."""
    sent = client.post(f"/intake/new/answer/{answer.code}", {"file": SimpleUploadedFile(name, data), "way": "add"})
    assert sent.status_code == 302, sent.content.decode()[:2000]
    drain()
    found: Upload = Upload.objects.select_related("unit", "reading").get(code=sent["Location"].rsplit("/", 1)[-1])
    return found


def confirm(client: Client, upload: Upload) -> None:
    sent = client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition})
    assert sent.status_code == 302, sent.content.decode()[:2000]


def fill(client: Client, answer: Answer, value_of: Callable[[dict[str, Any]], Any]) -> Upload:
    """Download, fill in, upload, confirm."""
    data = client.get(f"/data/requests/answers/{answer.code}/workbook").content
    upload = upload_to(client, answer, filled(data, value_of))
    assert upload.state == "previewed", upload.reading.findings
    confirm(client, upload)
    return upload


def accepted(city: City, signed: Callable[[str], Client], request: Request, unit: str, value_of: Any) -> Answer:
    """Take an answer all the way to acceptance."""
    short = unit.split("-")[1].lower()
    answer = answer_of(request, unit)
    fill(signed(f"{short}-editor"), answer, value_of)
    answers.submit(city.people[f"{short}-editor"], answer_of(request, unit))
    answers.approve(city.people[f"{short}-approver"], answer_of(request, unit))
    answers.accept(city.people["planner"], answer_of(request, unit))
    return answer_of(request, unit)
