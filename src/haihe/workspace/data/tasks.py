"""Work of the room of data that is done in the background: checking the facts of a version, and writing large files."""

from typing import Any

from django.urls import reverse

from haihe.messages import Lang, Text
from haihe.workspace.data.actions import READ
from haihe.workspace.data.downloads import difference_book, file_of
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.files import keep
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.jobs.tasks import Work, task
from haihe.workspace.units.models import Person, Unit

CHECK, FILE, DIFFERENCE = "data.check", "data.write-file", "data.write-difference"
ABOUT = ("version", Version)
KEPT = 2000
"""Findings that a result keeps; their number is always whole."""


def _page(job: Job) -> str:
    return reverse("data:version", args=[job.inputs["version"]])


@task(
    CHECK,
    name=Text("检查数据版本", "check a version"),
    action=READ,
    seconds=600,
    pure=True,
    link=_page,
    about=ABOUT,
)
def check(work: Work, *, version: str, sha256: str) -> dict[str, Any]:
    """Check the facts of a version; ``sha256`` names its content, so that equal content is checked once."""
    thing = Version.objects.visible_to(work.person).get(code=version, sha256=sha256)
    work.say(Text("读取版本", "reading the version"))
    region = region_of(thing)
    work.check()
    work.say(Text("检查各表是否相符", "checking whether the tables agree"))
    found = region.check()
    errors = len(found.errors)
    summary = Text("错误 {e} 条，其他提示 {n} 条", "{e} errors, {n} other findings")
    said = summary.format(e=errors, n=len(found) - errors)
    return {
        "total": len(found),
        "errors": errors,
        "findings": [each.to_dict() for each in found[:KEPT]],
        "summary": said.to_dict(),
    }


def _file(job: Job) -> str:
    return f"{reverse('data:version-download', args=[job.inputs['version']])}?as={job.inputs['form']}"


@task(
    FILE, name=Text("生成下载文件", "write a file"), action=READ, seconds=900, memory_mb=3072, link=_file, about=ABOUT
)
def write_file(work: Work, *, version: str, sha256: str, form: str, lang: Lang) -> dict[str, Any]:
    """Write a version as a file; ``sha256`` names its content."""
    work.say(Text("写入各表", "writing the tables"))
    thing = Version.objects.visible_to(work.person).get(code=version, sha256=sha256)
    return keep(work, file_of(thing, form, lang))


def _difference(job: Job) -> str:
    return f"{reverse('data:difference', args=[job.inputs['version'], job.inputs['other']])}?as=xlsx"


@task(
    DIFFERENCE,
    name=Text("生成差异表", "write a difference"),
    action=READ,
    seconds=900,
    memory_mb=3072,
    link=_difference,
    about=ABOUT,
)
def write_difference(work: Work, *, version: str, other: str, lang: Lang) -> dict[str, Any]:
    """Write what turns another version into this one."""
    work.say(Text("比较各表", "comparing the tables"))
    seen = Version.objects.visible_to(work.person)
    return keep(work, difference_book(seen.get(code=other), seen.get(code=version), lang))


def ask_check(person: Person, unit: Unit, version: Version) -> Job:
    """Ask for the check of a version."""
    title = Text("检查版本 {v}", "check the version {v}").format(v=version.code)
    return enqueue(person, unit, CHECK, title=title, version=version.code, sha256=version.sha256)


def last_check(person: Person, version: Version) -> Job | None:
    """Give the last check of a version's content that the person may see."""
    there = Job.objects.visible_to(person).filter(task=CHECK, inputs__sha256=version.sha256)
    found: Job | None = there.order_by("-pk").first()
    return found


def findings_of(job: Job) -> list[dict[str, Any]]:
    """Give the findings that a check found."""
    return list((job.result or {}).get("findings", []))
