"""Studies as work in the background: one kind of work for each kind of study."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from haihe.messages import Text
from haihe.version import __version__
from haihe.workspace.data.models import Version
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.tasks import Run, Work, task
from haihe.workspace.scenarios.force import region_with
from haihe.workspace.studies.actions import ASK
from haihe.workspace.studies.kept import keep
from haihe.workspace.studies.kinds import Kind
from haihe.workspace.studies.models import Study


def _page(job: Job) -> str:
    """Give the page of the study that asked for a job, or of one of its office with equal inputs, which shows the same."""
    equal = Study.objects.filter(job__mark=job.mark, unit=job.unit)
    study = equal.filter(job=job).first() or equal.first()
    return study.get_absolute_url() if study else ""


def run_kind(
    kind: Kind, work: Work, *, sha256: str, edits: list[list[str]], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Run one kind on the data version of a content with edits in force, and keep what it finds.

    The result of the job says nothing of what was found: whoever sees the job need not see the scenario.
    """
    version = Version.objects.visible_to(work.person).filter(sha256=sha256).select_related("dataset").first()
    if version is None:
        raise Version.DoesNotExist
    work.say(Text("读取数据版本和情景", "reading the data version and the scenario"))
    region = region_with(version, edits)
    work.check()
    found = kind.run(work, region, settings)
    work.check()
    work.say(Text("保存结果", "keeping what was found"))
    said = keep(work.made_folder(), found)
    summary = Text("图表 {n} 项", "figures and tables: {n}").format(n=len(found.parts))
    return said | {"haihe": __version__, "summary": summary.to_dict()}


def offer(kind: Kind) -> None:
    """Declare the work of a kind. Equal content, edits and settings are solved once, whoever asks."""
    run: Run = partial(run_kind, kind)
    task(
        kind.task,
        name=kind.name,
        action=ASK,
        seconds=kind.seconds,
        memory_mb=kind.memory_mb,
        pure=True,
        link=_page,
        about=("sha256", Version, "sha256"),
    )(run)
