"""Asking for a study, running it again, deleting it; reading what it found."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.crypto import get_random_string

from haihe.messages import HaiheError, Text
from haihe.planning.scenarios import Edit
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.data.models import Version
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import cancel, enqueue, forget
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies import kept
from haihe.workspace.studies.actions import ASK
from haihe.workspace.studies.kinds import KINDS, Kind
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

LONGEST = 200
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def kind_called(code: str) -> Kind:
    """Give a kind by its code; ``E-STU-01`` where there is none."""
    kind = KINDS.get(code)
    if kind is None:
        raise HaiheError("E-STU-01", value=code[:100])
    return kind


def ask(
    person: Person,
    unit: Unit,
    version: Version,
    kind_code: str,
    *,
    scenario: Scenario | None = None,
    edits: Iterable[Edit | Sequence[object]] = (),
    settings: Mapping[str, Any] | None = None,
    title: Text | None = None,
    based_on: Study | None = None,
    channel: Channel = "web",
) -> Study:
    """Ask for a study.

    Parameters
    ----------
    person : Person
        Who asks, and sees version and scenario.
    unit : Unit
        Office that it is for.
    version : Version
        Data version.
    kind_code : str
        Kind of study.
    scenario : Scenario, optional
        Scenario; what it sets now is copied into the study.
    edits : iterable of Edit or of (table, record, column, value[, reason])
        Further cells to set, after those of the scenario.
    settings : mapping, optional
        Settings as the kind's form takes them; its defaults stand for the rest.
    title : Text, optional
        What it is called.
    based_on : Study, optional
        Another study of the version; its scenario, as it was then, stands in place of ``scenario``.
    channel : str
        By which way it was asked for.

    Returns
    -------
    Study

    Raises
    ------
    HaiheError
        ``E-STU-01`` for an unknown kind, ``E-STU-02`` where tables are absent, ``E-STU-03`` for settings that the kind refuses,
        ``E-STU-04`` for a scenario of another dataset, ``E-STU-07`` where the office has too many studies; those of `enqueue`.
    """
    kind = kind_called(kind_code)
    scenario = based_on.scenario if based_on else scenario
    if scenario is not None and scenario.dataset_id != version.dataset_id:
        raise HaiheError("E-STU-04", value=scenario.name, dataset=version.dataset.name)
    given: list[Edit | Sequence[object]] = [*_set_by(scenario, based_on), *edits]
    written = [_edit(each) for each in given]
    kind.must_have({*version.tables, *(edit[0] for edit in written)})
    checked = kind.checked(person, version, settings or {})
    name = title or named(kind, version, scenario)
    study = Study(
        code=f"S{timezone.localtime():%y%m%d}-{get_random_string(8, LETTERS)}",
        unit=unit,
        created_by=person.username,
        name_zh=name.zh[:LONGEST],
        name_en=name.en[:LONGEST],
        kind_code=kind.code,
        version=version,
        sha256=version.sha256,
        scenario=scenario,
        edits=written,
        settings=checked,
    )
    with transaction.atomic():
        _room_for(unit)
        study.job = _job(person, study, kind, channel)
        store(person.actor(ASK, channel), "ask", study)
        if kind.rests:
            study.rests.set(Study.objects.visible_to(person).filter(code__in=kind.rests(checked)))
    return study


def named(kind: Kind, version: Version, scenario: Scenario | None = None) -> Text:
    """Give what a study is called where nobody said: kind, data version, scenario."""
    of, on = kind.name, version.name
    beside = scenario.name if scenario else Text("", "")
    joint = Text("，", ", ") if scenario else Text("", "")
    en = of.en[:1].upper() + of.en[1:]
    return Text(f"{of.zh}：{on.zh}{joint.zh}{beside.zh}", f"{en}: {on.en}{joint.en}{beside.en}")


def _set_by(scenario: Scenario | None, based_on: Study | None) -> Sequence[Edit | Sequence[object]]:
    """Give what a scenario sets, or what it set when another study was asked for."""
    if based_on is not None:
        return list(based_on.edits)
    return scenario.edits_of() if scenario else ()


def _edit(edit: Edit | Sequence[object]) -> list[str]:
    """Write an edit as five texts."""
    parts = [edit.table, edit.key, edit.column, edit.value, edit.reason] if isinstance(edit, Edit) else list(edit)
    said = ["" if part is None else str(part) for part in parts]
    return [*said, ""] if len(said) == 4 else said


def _room_for(unit: Unit) -> None:
    most = django_settings.OFFICE["STUDIES_PER_UNIT"]
    if Study.objects.filter(unit=unit).count() >= most:
        raise HaiheError("E-STU-07", value=unit.name, count=most)


def _job(person: Person, study: Study, kind: Kind, channel: Channel) -> Job:
    """Ask for the work. Reasons of edits change nothing of what is found, so they are no part of its inputs."""
    edits = [edit[:4] for edit in study.edits]
    inputs = {"sha256": study.sha256, "edits": edits, "settings": study.settings}
    return enqueue(person, study.unit, kind.task, title=study.name, channel=channel, **inputs)


def again(person: Person, study: Study, edition: int | None = None, channel: Channel = "web") -> Study:
    """Run a study once more with the version of haihe that runs now; ``E-STU-08`` while it is pending."""
    kind = kind_called(study.kind_code)
    if study.pending:
        raise HaiheError("E-STU-08", value=study.name)
    with transaction.atomic():
        study.job = _job(person, study, kind, channel)
        store(person.actor(ASK, channel), "again", study, edition=edition)
    return study


def stop(person: Person, study: Study, channel: Channel = "web") -> None:
    """Cancel the work of a study; ``E-JOB-04`` where it is over."""
    if study.job is not None:
        cancel(person, study.job, channel)


def delete(person: Person, study: Study, edition: int | None = None, channel: Channel = "web") -> None:
    """Delete a study that one asked for oneself, and its files where no other study has the same result.

    ``E-STU-08`` while it is pending, ``E-STU-09`` where something rests on it.
    """
    if edition is not None and edition != study.edition:
        raise HaiheError("E-WEB-20", value=study.code, edition=study.edition, seen=edition)
    if study.pending:
        raise HaiheError("E-STU-08", value=study.name)
    if study.created_by != person.username:
        raise PermissionDenied
    job = study.job
    with transaction.atomic():
        record(person.actor(ASK, channel, study.unit), "delete", study.kind(), study.code, before=study.snapshot())
        _erase(study)
        alone = job is not None and not Study.objects.filter(job__mark=job.mark).exists()
        if job is not None and alone:
            forget(job.mark)
            transaction.on_commit(lambda: shutil.rmtree(folder_of(job), ignore_errors=True))


def _erase(study: Study) -> None:
    name = study.name
    if study.rested_on.exists():
        raise HaiheError("E-STU-09", value=name)
    try:
        study.delete()
    except ProtectedError as error:
        raise HaiheError("E-STU-09", value=name) from error


def folder_of(job: Job) -> Path:
    """Give the folder in which the result of a job stands."""
    return Path(django_settings.OFFICE.home) / "results" / job.mark


def _found(study: Study) -> tuple[Path, Mapping[str, Any]]:
    """Give the folder of a study's result and what its job says of it; ``E-STU-10`` where it is not done."""
    if not study.done or study.job is None:
        raise HaiheError("E-STU-10", value=study.name)
    return folder_of(study.job), study.job.result or {}


def kept_of(study: Study) -> kept.Result:
    """Give what a study found; ``E-STU-10`` where it is not done, ``E-STU-05`` where its files are not what was written."""
    return kept.read(*_found(study))


def plan_of(study: Study) -> Any:
    """Give the plan of a study; raises as `kept_of`, and ``E-STU-06`` where its kind makes no plan."""
    return kept.read_plan(*_found(study))
