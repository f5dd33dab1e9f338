"""What is done with uploads in the background: reading, and the workbooks that tell what was found and what would change."""

from django.urls import reverse

from haihe.messages import Lang, Text
from haihe.workspace.intake.marked import marked_copy
from haihe.workspace.intake.models import STATES, Upload
from haihe.workspace.intake.preview import changes_book
from haihe.workspace.intake.uploads import TASK, compared, path_of, read
from haihe.workspace.jobs.files import keep
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.tasks import Work, task

MARKED, CHANGED = "intake.mark", "intake.tell-changes"
ABOUT = ("upload", Upload)


def _marked(job: Job) -> str:
    return reverse("intake:marked", args=[job.inputs["upload"]])


def _changed(job: Job) -> str:
    return reverse("intake:changed", args=[job.inputs["upload"]])


def _link(job: Job) -> str:
    return reverse("intake:upload", args=[job.inputs["upload"]])


@task(TASK, name=Text("读取上传文件", "read an upload"), seconds=600, memory_mb=3072, link=_link, about=ABOUT)
def read_upload(work: Work, *, upload: str) -> dict[str, object]:
    """Read, check and compare; the work may be killed at any moment and done again."""
    work.say(Text("正在逐格检查", "checking every cell"))
    work.share(0.1)
    sent = Upload.objects.select_related("unit").get(code=upload)
    read(work.actor, sent)
    work.share(1.0)
    return {"upload": upload, "errors": sent.errors, "summary": STATES[sent.state].to_dict()}


@task(MARKED, name=Text("标注问题", "mark what was found"), seconds=600, memory_mb=3072, link=_marked, about=ABOUT)
def mark(work: Work, *, upload: str, edition: int, lang: Lang) -> dict[str, object]:
    """Write the workbook that came in with every finding at its cell; ``edition`` is that of the upload."""
    del edition
    work.say(Text("写入标注", "writing the findings into the workbook"))
    sent = Upload.objects.visible_to(work.person).select_related("unit", "reading").get(code=upload)
    return keep(work, marked_copy(path_of(sent), sent.reading.findings, lang))


@task(CHANGED, name=Text("列出全部变化", "list every change"), seconds=600, memory_mb=3072, link=_changed, about=ABOUT)
def tell_changes(work: Work, *, upload: str, edition: int, lang: Lang) -> dict[str, object]:
    """Write every row that an upload would change; ``edition`` is that of the upload."""
    del edition
    work.say(Text("比较各表", "comparing the tables"))
    sent = Upload.objects.visible_to(work.person).select_related("unit", "reading").get(code=upload)
    return keep(work, changes_book(compared(sent), lang))
