"""Plans from a study to publication: prepared, handed in, published by somebody else, withdrawn with a reason."""

import secrets
import shutil
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.plans import tasks
from haihe.workspace.plans.actions import PREPARE, PUBLISH
from haihe.workspace.plans.models import Plan
from haihe.workspace.scenarios.models import edits_hash
from haihe.workspace.studies.asking import kept_of
from haihe.workspace.studies.models import Study
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Unit


def fit(study: Study) -> bool:
    """Whether a study found a plan that can be published."""
    return study.done and bool((study.job.result or {}).get("plan")) if study.job else False


def prepare(
    person: Person,
    unit: Unit,
    study: Study,
    name_zh: str,
    name_en: str = "",
    about: str = "",
    channel: Channel = "web",
) -> Plan:
    """Make a draft of a plan from what a study found.

    Parameters
    ----------
    person : Person
        Who prepares it, and sees the study.
    unit : Unit
        Office that publishes it.
    study : Study
        Study that is done and found a plan.
    name_zh, name_en, about : str
        What it is called, and what it says of itself.
    channel : str

    Raises
    ------
    PermissionDenied
        Where the person prepares no plans in the office.
    HaiheError
        ``E-PUB-04`` where the study found no plan; ``E-PUB-05`` where it does not say which version of haihe found it.
    """
    if not person.may(PREPARE, unit):
        raise PermissionDenied
    if not fit(study):
        raise HaiheError("E-PUB-04", column="study", value=study.name)
    job = study.job
    assert job is not None  # a study that is done has one
    if not study.made_with:
        raise HaiheError("E-PUB-05", column="study", value=study.name)
    result: dict[str, Any] = job.result or {}
    plan = Plan(
        code=f"PL{timezone.localtime():%y%m%d}-{secrets.token_hex(4)}",
        unit=unit,
        created_by=person.username,
        name_zh=name_zh,
        name_en=name_en,
        about=about,
        study=study,
        version=study.version,
        sha256=study.sha256,
        edits=study.edits,
        edits_sha256=edits_hash(study.edits),
        settings=study.settings,
        haihe=study.made_with,
        index=result["index"],
        solved=result["plan"],
        illustrative=kept_of(study).illustrative,
    )
    with transaction.atomic():
        plan.job = tasks.ask(person, plan, channel).code
        store(person.actor(PREPARE, channel, unit), "create", plan)
    return plan


def change(
    person: Person,
    plan: Plan,
    name_zh: str,
    name_en: str,
    about: str,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change what a draft is called and what it says of itself."""
    plan.edit_allowed()
    plan.name_zh, plan.name_en, plan.about = name_zh, name_en, about
    store(person.actor(PREPARE, channel), "edit", plan, edition=edition)


def drop(person: Person, plan: Plan, edition: int | None = None, channel: Channel = "web") -> None:
    """Delete a draft, and its folder where no other plan has the same result; ``E-WEB-21`` for what was handed in."""
    with transaction.atomic():
        there = Plan.objects.select_for_update(of=("self",)).select_related("unit").get(pk=plan.pk)
        there.edit_allowed()
        if edition is not None and edition != there.edition:
            raise HaiheError("E-WEB-20", value=plan.code, edition=there.edition, seen=edition)
        before = there.snapshot()
        record(person.actor(PREPARE, channel, there.unit), "delete", plan.kind(), plan.code, before=before)
        there.delete()
        if not Plan.objects.filter(index=plan.index).exists():
            transaction.on_commit(lambda: shutil.rmtree(plan.folder, ignore_errors=True))


def submit(person: Person, plan: Plan, edition: int | None = None, channel: Channel = "web") -> None:
    """Hand a draft in; ``E-PUB-02`` while its numbers are not read, ``E-PUB-06`` where its data version is not approved."""
    plan.edit_allowed()
    if not plan.figures:
        raise HaiheError("E-PUB-02", value=plan.name)
    if plan.version.state != APPROVED:
        raise HaiheError("E-PUB-06", value=plan.version.name)
    plan.submit(person, edition, channel)


def publish(person: Person, plan: Plan, edition: int | None = None, channel: Channel = "web") -> None:
    """Publish what somebody else prepared and handed in: from now on it stays as it is."""
    plan.approve(person, edition, channel)


def send_back(person: Person, plan: Plan, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Send it back to those who prepared it, with a reason."""
    plan.send_back(person, reason, edition, channel)


def withdraw(person: Person, plan: Plan, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Withdraw a published plan, with a reason: it stays readable and never becomes a draft again.

    Raises
    ------
    HaiheError
        ``E-WEB-26`` without a reason; ``E-PUB-07`` where it is not published, or was withdrawn before.
    """
    if not plan.stands:
        raise HaiheError("E-PUB-07", value=plan.name, state=plan.stage_name)
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=plan.code)
    plan.withdrawn_at, plan.withdrawn_by, plan.why_withdrawn = timezone.now(), person.username, reason.strip()
    store(person.actor(PUBLISH, channel), "withdraw", plan, edition=edition, reason=reason.strip())


def what_it_is(plan: Plan) -> list[tuple[Text, str]]:
    """Give what names a plan exactly: versions and hashes, for the page and for programs."""
    return [
        (Text("数据版本", "data version"), plan.version.code),
        (Text("数据内容校验值（SHA-256）", "content of the data (SHA-256)"), plan.sha256),
        (Text("情景改动校验值", "changes of the scenario (SHA-256)"), plan.edits_sha256),
        (Text("测算结果校验值", "what the study found (SHA-256)"), plan.index),
        (Text("规划模型解校验值", "the solved plan (SHA-256)"), plan.solved),
        (Text("方案数字校验值", "its numbers (SHA-256)"), plan.figures),
        (Text("haihe 软件版本", "version of haihe"), plan.haihe),
    ]
