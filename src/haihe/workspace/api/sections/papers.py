"""Papers: evidence attached to anything that the person sees."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, StringConstraints

from haihe.messages import HaiheError, Text
from haihe.workspace.api import problems
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import Line, step
from haihe.workspace.frame.access import find
from haihe.workspace.papers import services
from haihe.workspace.papers.actions import KEEP, READ
from haihe.workspace.papers.holders import holder_of
from haihe.workspace.papers.models import Paper

SECTION = Section("papers", Text("佐证材料", "Papers"))
Named = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class AttachedTo(BaseModel):
    """What a paper is attached to, and what it is called."""

    about_kind: Named
    about: Named
    file_name: Named
    title: Line = ""


class PaperOut(BaseModel):
    """A file attached to a thing."""

    code: str
    about_kind: str
    about: str
    title: str
    file_name: str
    sha256: str
    size: int
    unit: str
    created: datetime
    edition: int


def paper_out(paper: Paper) -> PaperOut:
    """Give what is said of a paper."""
    return PaperOut(
        code=paper.code,
        about_kind=paper.about_kind,
        about=paper.about,
        title=paper.title,
        file_name=paper.file_name,
        sha256=paper.sha256,
        size=paper.size,
        unit=paper.unit.code,
        created=paper.created,
        edition=paper.edition,
    )


@SECTION.get("/papers", READ, Text("列出可见的佐证材料", "list papers"), Paged[PaperOut])
def all_papers(request: Call, asked: Query[Asked]) -> Paged[PaperOut]:
    """List the papers of everything that the person sees, the newest first."""
    seen = Paper.objects.visible_to(request.user).filter(removed=None).select_related("unit")
    return paged(seen, asked, "-id", paper_out)


@SECTION.get("/papers/{code}", READ, Text("读取一份材料的信息", "read what is known of a paper"), PaperOut, of=Paper)
def paper(thing: Paper) -> PaperOut:
    """Give a paper's facts; its file is downloaded from its page."""
    return paper_out(thing)


@SECTION.post("/papers", KEEP, Text("附上佐证材料", "attach a paper"), PaperOut, status=201, file=True, limit="uploads")
def attach_paper(request: Call, sent: Query[AttachedTo]) -> Made | HttpResponse:
    """Attach a file to a thing. The body is the file; one that is refused is answered 422, and that stands in the audit."""
    holder = holder_of(sent.about_kind)
    thing = find(request.user, holder.model, sent.about, holder.action)
    holder.check(thing)
    try:
        made = services.attach(request.user, thing, sent.file_name, request.body, sent.title, channel="api")
    except HaiheError as error:
        return problems.of_error(request, error)  # answered, not raised: the entry that says so must stay
    return Made(paper_out(made), f"/api/v1/papers/{made.code}")


step(SECTION, "remove_paper", "/papers/{code}/remove", KEEP, Text("移除佐证材料", "remove a paper"), PaperOut, Paper,
     services.remove, paper_out, reason=True)  # fmt: skip
