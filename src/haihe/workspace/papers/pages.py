"""Pages of papers: the list, attaching, the file, removing."""

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame import wording
from haihe.workspace.frame.access import Request, act, find, form, page
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Column, Listing, attachment
from haihe.workspace.frame.names import who
from haihe.workspace.frame.words import words
from haihe.workspace.papers import services
from haihe.workspace.papers.actions import KEEP, READ
from haihe.workspace.papers.arriving import SUFFIXES
from haihe.workspace.papers.holders import holder_of
from haihe.workspace.papers.models import Paper
from haihe.workspace.units.models import Owned

PAPERS = Text("佐证材料", "Papers")
ATTACH = Text("附上材料", "Attach a paper")

LIST = Listing(
    PAPERS,
    (
        Column(
            Text("佐证材料", "Paper"),
            lambda each: each.name,
            "title",
            lambda each: reverse("papers:file", args=[each.code]),
        ),
        Column(Text("文件", "File"), lambda each: each.file_name, "file_name"),
        Column(Text("附于", "Attached to"), lambda each: _about(each), "about", lambda each: _address(each)),
        Column(Text("大小", "Size"), lambda each: max(1, round(each.size / 1024)), "size", unit="KB"),
        Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
        Column(Text("经办人", "By"), who("created_by"), "created_by"),
        Column(Text("时间", "Time"), lambda each: each.created, "created"),
    ),
    search=("title", "file_name", "about", "code"),
    empty=Text(
        "还没有材料。请在职责、报告、问题等页面上附上。",
        "No papers yet. Attach them on the page of a duty, a report, a problem.",
    ),
    file="papers",
    comes_in=Text("材料是文件本身，附在所证明的事项上", "papers are files, attached to what they prove"),
)


def _about(paper: Paper) -> Text:
    kind = wording.kind(paper.about_kind)
    return Text(f"{kind.zh} {paper.about}", f"{kind.en} {paper.about}")


def _address(paper: Paper) -> str:
    return reverse("office:history", args=[paper.about_kind, paper.about])


class PaperForm(OfficeForm):
    """A file and what it is called."""

    file = forms.FileField(
        label=words("文件", "file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    title = forms.CharField(
        label=words("名称", "name"),
        help_text=words("留空则用文件名", "empty: the file's name"),
        required=False,
        max_length=200,
    )


def page_of(thing: Owned) -> str:
    """Give the page of a thing that holds papers, else its history."""
    own = getattr(thing, "get_absolute_url", None)
    return own() if own is not None else reverse("office:history", args=[thing.kind(), thing.code])


@page(READ)
def papers(request: Request) -> HttpResponse:
    """List the papers of everything that the person sees."""
    return LIST.answer(request, Paper.objects.visible_to(request.user).filter(removed=None).select_related("unit"))


@form(KEEP)
def attach(request: Request, kind: str, code: str) -> HttpResponse:
    """Attach a file to a thing."""
    holder = holder_of(kind)
    thing = find(request.user, holder.model, code, holder.action)
    holder.check(thing)
    form = PaperForm.of(request)
    most = settings.OFFICE["UPLOAD_MB"]
    form.fields["file"].help_text = words(
        f"{'、'.join(SUFFIXES)}；不超过 {most} MB；不接受含宏的文件",
        f"{', '.join(SUFFIXES)}; {most} MB at most; no files with macros",
    )

    def take() -> None:
        file = form.values()["file"]
        services.attach(request.user, thing, file.name, file.read(), form.values()["title"])

    back = page_of(thing)
    if form.done(take):
        tell(request, Text("材料已附上", "The paper is attached"))
        return redirect(back)
    name = getattr(thing, "name", Text(thing.code, thing.code))
    return form.page(request, ATTACH, button=ATTACH, back=back, trail=[(name, back), (ATTACH, "")])


@page(READ, of=Paper)
def file(request: Request, thing: Paper) -> HttpResponse:
    """Give the file; the browser saves it and never shows it."""
    del request
    services.live(thing)
    answer = attachment(services.content(thing), f"{thing.code}{thing.suffix}", "application/octet-stream")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@act(KEEP, of=Paper)
def remove(request: Request, thing: Paper) -> HttpResponse:
    """Remove a paper with a reason."""
    services.remove(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("材料已移除，记录保留", "The paper is removed; the record is kept"))
    about = thing.thing
    return redirect(page_of(about) if about is not None else reverse("papers:list"))
