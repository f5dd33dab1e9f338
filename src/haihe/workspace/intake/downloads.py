"""Files that go out: the template, the workbook with its findings, the changes, the file as it came in."""

from django.http import HttpResponse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, page
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.lists import XLSX, attachment, heavy
from haihe.workspace.intake import tasks
from haihe.workspace.intake import uploads as services
from haihe.workspace.intake.actions import READ, UPLOAD
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.pages import sent_for
from haihe.workspace.jobs.files import given


@page(UPLOAD)
def template(request: Request, target: str, code: str) -> HttpResponse:
    """Give a workbook to fill in, for the tables that the address names (all where it names none)."""
    wanted, thing = sent_for(request, target, code)
    heavy(request)
    units = {unit.code: unit for unit in wanted.units(request.user, thing)}
    unit = units.get(request.GET.get("unit", "")) or next(iter(units.values()))
    there = wanted.specs(thing)
    names = [name for name in request.GET.getlist("table") if name in there] or list(there)
    data = wanted.template(thing, unit, language_of(request), names)
    return attachment(data, f"{thing.code}-{unit.code}.xlsx", XLSX)


@page(READ, of=Upload)
def marked(request: Request, thing: Upload) -> HttpResponse:
    """Give the workbook that came in, with every finding at its cell; it is made in the background."""
    services.was_read(thing)
    title = Text("标注上传 {code} 的问题", "mark what was found in the upload {code}")
    return _made(request, thing, tasks.MARKED, title, f"{thing.code}-findings.xlsx")


@page(READ, of=Upload)
def changed(request: Request, thing: Upload) -> HttpResponse:
    """Give every row that would change, as a workbook; it is made in the background."""
    services.was_read(thing)
    services.unmoved(thing)
    title = Text("列出上传 {code} 的全部变化", "list every change of the upload {code}")
    return _made(request, thing, tasks.CHANGED, title, f"{thing.code}-changes.xlsx")


def _made(request: Request, thing: Upload, task: str, title: Text, name: str) -> HttpResponse:
    """Give a workbook that says something of an upload in its present edition."""
    return given(
        request.user,
        thing.unit,
        task,
        title=title.format(code=thing.code),
        name=name,
        media=XLSX,
        upload=thing.code,
        edition=thing.edition,
        lang=language_of(request),
    )


@page(READ, of=Upload)
def original(request: Request, thing: Upload) -> HttpResponse:
    """Give the file as it came in; the browser saves it and never shows it."""
    del request
    path = services.path_of(thing)
    return attachment(path.read_bytes(), f"{thing.code}{path.suffix}", "application/octet-stream")
