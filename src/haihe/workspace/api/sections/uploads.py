"""Files that come in: sent, read in the background, found right or wrong, previewed, confirmed, undone."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, Field, StringConstraints

from haihe.messages import HaiheError, Text
from haihe.workspace.api import problems
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Code, Made, Section
from haihe.workspace.api.paging import Asked, Paged, cursor_of, paged, read_cursor
from haihe.workspace.api.problems import FindingOut
from haihe.workspace.api.sections.jobs import job_address
from haihe.workspace.api.sections.said import Reason
from haihe.workspace.frame.access import find
from haihe.workspace.frame.layout import language_of
from haihe.workspace.intake import uploads as service
from haihe.workspace.intake.actions import CONFIRM, READ, UPLOAD
from haihe.workspace.intake.models import Reading, Upload
from haihe.workspace.intake.targets import target_of, thing_of
from haihe.workspace.units.tokens import SCOPES

SECTION = Section("uploads", Text("上传", "Uploads"))

FileName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class UploadOut(BaseModel):
    """A file that came in: what it is for, what was found, what became of it."""

    code: str
    target: str
    thing: str
    unit: str
    file_name: str
    sha256: str
    size: int
    way: str
    state: str
    errors: int
    warnings: int
    base: str | None
    made: str | None
    reason: str
    job: str | None
    created: datetime
    created_by: str
    edition: int


class Sent(BaseModel):
    """What a file is sent in for."""

    target: Code = Field(description="kind of thing: dataset or answer")
    thing: Code = Field(description="code of the thing")
    file_name: FileName = Field(description="name of the file; its ending says what it is: .xlsx, .csv, .zip, .parquet")
    way: Literal["add", "replace"] = Field("add", description="rows that the file lacks stay, or go")
    unit: Code | None = Field(None, description="office that sends it, where several may")


class FindingsOut(BaseModel):
    """What was found in a file; ``total`` counts all, of which the first 10,000 are kept."""

    items: list[FindingOut]
    total: int
    next: str | None


class PreviewOut(BaseModel):
    """What an upload would change: counts by table, and the first rows as pairs of old and new cell."""

    counts: dict[str, dict[str, int]]
    tables: dict[str, dict[str, Any]]


def upload_out(upload: Upload) -> UploadOut:
    """Give what is said of an upload."""
    return UploadOut(
        code=upload.code,
        target=upload.target,
        thing=upload.thing,
        unit=upload.unit.code,
        file_name=upload.file_name,
        sha256=upload.sha256,
        size=upload.size,
        way=upload.way,
        state=upload.state,
        errors=upload.errors,
        warnings=upload.warnings,
        base=upload.base or None,
        made=upload.made or None,
        reason=upload.reason,
        job=upload.job or None,
        created=upload.created,
        created_by=upload.created_by,
        edition=upload.edition,
    )


@SECTION.get("/uploads", READ, Text("列出可见的上传", "list the uploads that I see"), Paged[UploadOut])
def uploads(request: Call, asked: Query[Asked]) -> Paged[UploadOut]:
    """List uploads, the newest first."""
    return paged(Upload.objects.visible_to(request.user).select_related("unit"), asked, "-id", upload_out)


@SECTION.post(
    "/uploads",
    UPLOAD,
    Text("上传一个文件", "send in a file"),
    UploadOut,
    about=Text(
        "正文为文件本身。文件在后台读取：Location 指向作业，读完后取检查结果与预览，再确认。",
        "The body is the file. It is read in the background: Location names the job; then come findings, preview, "
        "confirmation.",
    ),
    status=202,
    file=True,
    limit="uploads",
)
def send_upload(request: Call, sent: Query[Sent]) -> Made | HttpResponse:
    """Take a file in. One that is refused at the door is answered 422, and that stands in the audit."""
    target = target_of(sent.target)
    thing = find(request.user, target.kind, sent.thing, target.upload_action)
    units = [unit for unit in target.units(request.user, thing) if sent.unit in (None, unit.code)]
    if not units:
        raise PermissionDenied
    try:
        upload = service.receive(
            request.user, units[0], target, thing, sent.file_name, request.body, sent.way, channel="api"
        )
    except HaiheError as error:
        return problems.of_error(request, error)  # answered, not raised: the entry that says so must stay
    return Made(upload_out(upload), job_address(upload.job))


@SECTION.get("/uploads/{code}", READ, Text("读取一个上传", "read an upload"), UploadOut, of=Upload)
def upload(thing: Upload) -> UploadOut:
    """Give an upload."""
    return upload_out(thing)


@SECTION.get(
    "/uploads/{code}/findings",
    READ,
    Text("读取上传的检查结果", "read what was found in an upload"),
    FindingsOut,
    of=Upload,
)
def upload_findings(request: Call, thing: Upload, asked: Query[Asked]) -> FindingsOut:
    """Give the findings in the order of sheets and rows, in the caller's language."""
    reading = Reading.objects.filter(upload=thing).first()
    found = reading.findings if reading else []
    by = f"finding:{thing.edition}"
    start = read_cursor(asked.cursor, by, int) if asked.cursor else 0
    until = start + asked.limit
    lang = language_of(request)
    return FindingsOut(
        items=[
            FindingOut.model_validate(each | {"says": each["says"][lang], "mend": each["mend"][lang]})
            for each in found[start:until]
        ],
        total=reading.total if reading else 0,
        next=cursor_of(by, until) if until < len(found) else None,
    )


@SECTION.get(
    "/uploads/{code}/preview",
    READ,
    Text("读取上传将带来的变化", "read what an upload would change"),
    PreviewOut,
    of=Upload,
)
def upload_preview(thing: Upload) -> PreviewOut:
    """Give the changes that a confirmation would make."""
    reading = Reading.objects.filter(upload=thing).first()
    return PreviewOut(counts=reading.counts if reading else {}, tables=reading.preview if reading else {})


def _may_decide(request: Call, upload: Upload) -> None:
    """Raise ``E-API-14`` where a call would put something in force and its token may not approve."""
    if target_of(upload.target).decides(thing_of(upload), upload.unit) and "approve" not in request.auth.scopes:
        raise HaiheError("E-API-14", scope=SCOPES["approve"])


@SECTION.post(
    "/uploads/{code}/confirm",
    CONFIRM,
    Text("确认写入", "confirm an upload"),
    UploadOut,
    of=Upload,
    limit="uploads",
    prepare=service.prepared,
)
def confirm_upload(request: Call, thing: Upload, ready: service.Ready) -> UploadOut:
    """Write what the preview showed, in one transaction; 409 where what it changes has moved since.

    Where that is in force at once, a token needs the scope ``approve``.
    """
    _may_decide(request, thing)
    service.confirm(request.user, thing, channel="api", ready=ready)
    return upload_out(thing)


@SECTION.post(
    "/uploads/{code}/undo",
    CONFIRM,
    Text("撤销上传，或恢复已撤销的上传", "undo an upload, or do again what was undone"),
    UploadOut,
    of=Upload,
    limit="uploads",
)
def undo_upload(request: Call, thing: Upload, sent: Reason) -> UploadOut:
    """Take a confirmed upload back by a new change, with a reason; the scopes are those of confirming."""
    _may_decide(request, thing)
    service.undo(request.user, thing, sent.reason, channel="api")
    return upload_out(thing)


@SECTION.post(
    "/uploads/{code}/again",
    CONFIRM,
    Text("重新读取上传", "have an upload read again"),
    UploadOut,
    of=Upload,
    status=202,
    limit="uploads",
)
def read_again(request: Call, thing: Upload) -> Made:
    """Read a file that was not confirmed again, against what stands now."""
    service.again(request.user, thing, channel="api")
    return Made(upload_out(thing), job_address(thing.job))
