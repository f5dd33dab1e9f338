"""Requests for data, and the answers of the units: who is late, and the way from the editor to the asking office."""

from datetime import date, datetime

from ninja import Query
from pydantic import BaseModel

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Reason
from haihe.workspace.data import answers, sending
from haihe.workspace.data.actions import ACCEPT, ANSWER, ASK, READ, VOUCH
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.units.models import Person

SECTION = Section("requests", Text("数据收集", "Requests for data"))


class AskedOut(BaseModel):
    """A table asked, its columns, and the year."""

    table: str
    columns: list[str]
    year: int | None


class RequestOut(BaseModel):
    """A request; ``addressees`` is given to the asking office alone."""

    code: str
    title: str
    note: str
    unit: str
    dataset: str
    base: str | None
    tables: list[AskedOut]
    addressees: list[str] | None
    due: date
    state: str
    created: datetime
    edition: int


class AnswerOut(BaseModel):
    """What one unit answers, and how far it has come; ``late`` counts the days after the due day."""

    code: str
    request: str
    unit: str
    state: str
    stage: str
    since: datetime
    late: int
    remark: str
    returned: str
    submitted_by: str
    approved_by: str
    accepted_by: str
    merged: str | None
    edition: int


class Remark(BaseModel):
    """Why figures that were asked are missing; needed only where some are."""

    remark: LongWords = ""


def request_out(request: Request, person: Person) -> RequestOut:
    """Give what is said of a request to somebody."""
    hidden = request.hidden_from(person)
    return RequestOut(
        code=request.code,
        title=request.title,
        note=request.note,
        unit=request.unit.code,
        dataset=request.dataset.code,
        base=request.base.code if request.base else None,
        tables=[AskedOut(table=each.table, columns=list(each.columns), year=each.year) for each in request.tables],
        addressees=None if "addressees" in hidden else request.addressees,
        due=request.due,
        state=request.state,
        created=request.created,
        edition=request.edition,
    )


def answer_out(answer: Answer) -> AnswerOut:
    """Give what is said of an answer."""
    return AnswerOut(
        code=answer.code,
        request=answer.request.code,
        unit=answer.unit.code,
        state=answer.state,
        stage=answer.stage,
        since=answer.since,
        late=answer.days_late(),
        remark=answer.remark,
        returned=answer.returned,
        submitted_by=answer.submitted_by,
        approved_by=answer.approved_by,
        accepted_by=answer.accepted_by,
        merged=answer.merged.code if answer.merged else None,
        edition=answer.edition,
    )


@SECTION.get("/requests", READ, Text("列出可见的数据收集", "list the requests that I see"), Paged[RequestOut])
def requests(request: Call, asked: Query[Asked]) -> Paged[RequestOut]:
    """List requests, the newest first."""
    seen = Request.objects.visible_to(request.user).select_related("unit", "dataset", "base")
    return paged(seen, asked, "-id", lambda each: request_out(each, request.user))


@SECTION.get("/requests/{code}", READ, Text("读取一项数据收集", "read a request"), RequestOut, of=Request)
def data_request(request: Call, thing: Request) -> RequestOut:
    """Give a request."""
    return request_out(thing, request.user)


@SECTION.get(
    "/requests/{code}/answers",
    READ,
    Text("列出可见的填报及逾期天数", "list the answers that I see, and who is late"),
    Paged[AnswerOut],
    of=Request,
)
def request_answers(request: Call, thing: Request, asked: Query[Asked]) -> Paged[AnswerOut]:
    """List answers in the order of their codes."""
    seen = Answer.objects.visible_to(request.user).filter(request=thing).select_related("request", "unit", "merged")
    return paged(seen, asked, "code", answer_out)


@SECTION.post(
    "/requests/{code}/remind", ASK, Text("提醒未完成的单位", "remind who is not done"), RequestOut, of=Request
)
def remind_answers(request: Call, thing: Request) -> RequestOut:
    """Remind every addressee whose answer is not approved yet."""
    sending.remind(request.user, thing, "api")
    return request_out(thing, request.user)


@SECTION.get("/answers/{code}", READ, Text("读取一份填报", "read an answer"), AnswerOut, of=Answer)
def answer(thing: Answer) -> AnswerOut:
    """Give an answer. Its rows are sent in by an upload to the target ``answer``."""
    return answer_out(thing)


@SECTION.post("/answers/{code}/submit", ANSWER, Text("提交填报", "submit an answer"), AnswerOut, of=Answer)
def submit_answer(request: Call, thing: Answer, sent: Remark) -> AnswerOut:
    """Hand an answer in to the unit's approver."""
    answers.submit(request.user, thing, sent.remark, channel="api")
    return answer_out(thing)


@SECTION.post(
    "/answers/{code}/approve", VOUCH, Text("审批本单位填报", "approve an answer"), AnswerOut, of=Answer, scope="approve"
)
def approve_answer(request: Call, thing: Answer) -> AnswerOut:
    """Approve and lock what somebody else of the unit handed in."""
    answers.approve(request.user, thing, channel="api")
    return answer_out(thing)


@SECTION.post(
    "/answers/{code}/send-back",
    VOUCH,
    Text("退回填报人员", "give an answer back to the editor"),
    AnswerOut,
    of=Answer,
    scope="approve",
)
def send_back_answer(request: Call, thing: Answer, sent: Reason) -> AnswerOut:
    """Give a submitted answer back to the editor, with a reason."""
    answers.send_back(request.user, thing, sent.reason, channel="api")
    return answer_out(thing)


@SECTION.post(
    "/answers/{code}/accept", ACCEPT, Text("接收填报", "accept an answer"), AnswerOut, of=Answer, scope="approve"
)
def accept_answer(request: Call, thing: Answer) -> AnswerOut:
    """Accept an approved answer: it can be merged."""
    answers.accept(request.user, thing, channel="api")
    return answer_out(thing)


@SECTION.post(
    "/answers/{code}/return",
    ACCEPT,
    Text("退回填报单位", "return an answer to its unit"),
    AnswerOut,
    of=Answer,
    scope="approve",
)
def return_answer(request: Call, thing: Answer, sent: Reason) -> AnswerOut:
    """Return an approved answer to its unit, with a reason: it is a draft again."""
    answers.return_answer(request.user, thing, sent.reason, channel="api")
    return answer_out(thing)
