"""Reading an upload in the background."""

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.intake.models import STATES, Upload
from haihe.workspace.intake.uploads import TASK, read
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.tasks import Work, task


def _link(job: Job) -> str:
    return reverse("intake:upload", args=[job.inputs["upload"]])


@task(TASK, name=Text("读取上传文件", "read an upload"), seconds=600, memory_mb=3072, link=_link)
def read_upload(work: Work, *, upload: str) -> dict[str, object]:
    """Read, check and compare; the work may be killed at any moment and done again."""
    work.say(Text("正在逐格检查", "checking every cell"))
    work.share(0.1)
    sent = Upload.objects.select_related("unit").get(code=upload)
    read(work.actor, sent)
    work.share(1.0)
    return {"upload": upload, "errors": sent.errors, "summary": STATES[sent.state].to_dict()}
