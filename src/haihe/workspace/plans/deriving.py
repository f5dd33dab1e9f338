"""Making targets, duties and problems of what was ticked in a published plan: each number once, by the rooms' own services."""

import hashlib
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties import assigning, documents
from haihe.workspace.duties.lights import DROPPED
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.plans.actions import DERIVE
from haihe.workspace.plans.models import Made, Plan
from haihe.workspace.plans.proposing import Ground, Proposal, proposals
from haihe.workspace.plans.reading import ALL
from haihe.workspace.problems import raising
from haihe.workspace.problems.figure import Figure
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.raising import Found
from haihe.workspace.units.models import Owned, Person

EVIDENCE = "开工手续、现场照片或许可文件 / permits or photographs of the site"
Two = tuple[Owned, Owned | None]


def derive(
    person: Person, plan: Plan, ticks: Collection[str], edition: int | None = None, channel: Channel = "web"
) -> list[Made]:
    """Make what was ticked.

    Parameters
    ----------
    person : Person
        Who ticks; may set targets, assign duties and raise problems in the plan's office.
    plan : Plan
        Published, and the newest of its office and dataset.
    ticks : collection of str
        Keys of numbers of the plan. What was made of one before is left as it is.
    edition : int, optional
        Edition of the plan that was seen; where somebody derived meanwhile, nothing is made (``E-WEB-20``).
    channel : str

    Returns
    -------
    list of Made
        What is new.

    Raises
    ------
    HaiheError
        ``E-PUB-07`` where the plan is not in force; ``E-PUB-08`` for keys that are none of it; ``E-PUB-09`` for a number that
        is not the office's to decide; ``E-PUB-10`` where nothing is ticked.
    """
    if not ticks:
        raise HaiheError("E-PUB-10")
    with transaction.atomic():
        there = Plan.objects.select_for_update(of=("self",)).select_related("unit", "version__dataset").get(pk=plan.pk)
        if edition is not None and there.edition != edition:
            raise HaiheError("E-WEB-20", value=plan.code, edition=there.edition, seen=edition)
        if there.stage != "in-force":
            raise HaiheError("E-PUB-07", value=there.name, state=there.stage_name)
        ground = Ground.of(person, there)
        unknown = sorted(set(ticks) - ground.numbers.by_key.keys())
        if unknown:
            raise HaiheError("E-PUB-08", value=unknown[0][:100])
        rows = [row for row in ground.numbers.rows if row["key"] in set(ticks)]
        new = [each for each in proposals(ground, rows) if each.made is None]
        refused = next((each for each in new if not each.offered), None)
        if refused is not None:
            raise HaiheError("E-PUB-09", value=refused.name, why=refused.why_not)
        maker = _Maker(person, there, channel)
        made = [maker.make(each) for each in new]
        if made:
            store(person.actor(DERIVE, channel, there.unit), "derive", there, edition=there.edition)
    plan.edition = there.edition
    return made


class _Maker:
    """Makes things of the numbers of one plan."""

    def __init__(self, person: Person, plan: Plan, channel: Channel) -> None:
        self.person, self.plan, self.channel = person, plan, channel
        self.document = _document(person, plan, channel)
        self.common: dict[str, Any] = {
            "source": plan.code,
            "quality": plan.quality,
            "confirmed": True,
            "document": self.document,
        }

    def make(self, proposal: Proposal) -> Made:
        """Make a thing, and keep what it was made of."""
        ways: dict[str, Callable[[Proposal], Two]] = {
            "target": self._target,
            "cap": self._cap,
            "project": self._duty,
            "transfer": self._duty,
            "problem": self._problem,
        }
        thing, beside = ways[proposal.row["kind"]](proposal)
        return Made.objects.create(
            plan=self.plan,
            key=proposal.key,
            kind_of=proposal.row["kind"],
            row=proposal.row | {"kept": proposal.value, "kept_unit": proposal.unit},
            thing_kind=thing.kind(),
            thing=thing.code,
            beside=beside.code if beside is not None else "",
            made_by=self.person.username,
        )

    def _set_target(self, proposal: Proposal, indicator: str) -> Target:
        row = proposal.row
        assert proposal.owner is not None  # it is offered
        assert proposal.year is not None
        fields = self.common | {
            "name_zh": f"{proposal.name.zh}（{proposal.where.zh}）"[:200],
            "name_en": f"{proposal.name.en} ({proposal.where.en})"[:200],
            "indicator": indicator,
            "counted_in": proposal.unit[:40],
            "measure": "level",
            "year": proposal.year,
            "value": Decimal(proposal.value.replace(",", "")),
            "sense": row["sense"],
            "region": "" if row["region"] == ALL else row["region"],
            "note": proposal.why.zh,
        }
        code = self._code(proposal.key, "t")
        return documents.new_target(self.person, self.plan.unit, proposal.owner, code, fields, self.channel)

    def _target(self, proposal: Proposal) -> Two:
        return self._set_target(proposal, proposal.row["what"]), None

    def _cap(self, proposal: Proposal) -> Two:
        """Set the cap as a target not to be exceeded, and make its keeping a duty of who answers."""
        target = self._set_target(proposal, f"use:{proposal.row['resource']}")
        duty = self._assign(proposal, target=target, every="quarter")
        return target, duty

    def _duty(self, proposal: Proposal) -> Two:
        """Assign a duty; one that an earlier plan of the office assigned for the same and that is open serves on."""
        return self._standing(proposal) or self._assign(proposal, evidence=EVIDENCE), None

    def _standing(self, proposal: Proposal) -> Duty | None:
        earlier = Made.objects.filter(
            key=proposal.key,
            plan__unit=self.plan.unit,
            plan__version__dataset=self.plan.version.dataset_id,
            thing_kind=Duty.kind(),
        ).exclude(plan=self.plan)
        codes = earlier.values("thing")
        found: Duty | None = Duty.objects.filter(code__in=codes).exclude(state=DROPPED).first()
        return found

    def _assign(self, proposal: Proposal, **more: Any) -> Duty:
        assert proposal.owner is not None  # it is offered
        return assigning.assign(
            self.person,
            self.plan.unit,
            proposal.owner,
            name_zh=f"{proposal.name.zh}（{proposal.where.zh}）"[:200],
            name_en=f"{proposal.name.en} ({proposal.where.en})"[:200],
            code=self._code(proposal.key, "d"),
            due=proposal.due,
            about=self.plan,
            channel=self.channel,
            note=proposal.why.zh,
            **self.common,
            **more,
        )

    def _problem(self, proposal: Proposal) -> Two:
        """Raise what binds; where the office has an open problem of the same limit, that one is taken."""
        row = proposal.row
        kind, _, resource = row["what"].partition(":")
        figure = Figure(
            result=self.plan.job, table="plan-binding", row=row["what"], place=row["place"],
            value=proposal.value.replace(",", ""), low=row["low"], high=row["high"], unit=row["unit"],
            year=str(row["year"] or ""), version=self.plan.version.code, quality=row["quality"],
        )  # fmt: skip
        found = Found(
            name=proposal.name,
            evidence=proposal.why,
            key=f"bottleneck:{self.plan.version.dataset.code}:{row['what']}@{row['place']}",
            region=row["region"],
            resource=resource if kind in ("resource", "project_room") else "",
            figure=figure,
            about_kind=self.plan.kind(),
            about=self.plan.code,
            quality=self.plan.quality if self.plan.illustrative else row["quality"],
        )
        return raising.raise_from(self.person, self.plan.unit, found, self.channel), None

    def _code(self, key: str, letter: str) -> str:
        """Give the code of what is made of a number: always the same."""
        return f"{self.plan.code}-{letter}{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _document(person: Person, plan: Plan, channel: Channel) -> PlanDocument:
    """Give the plan document under which what comes of a plan stands, made with the first of it."""
    there: PlanDocument | None = PlanDocument.objects.filter(code=plan.code, unit=plan.unit).first()
    if there is not None:
        return there
    fields = {
        "name_zh": plan.name_zh,
        "name_en": plan.name_en,
        "number": plan.code,
        "issued": timezone.localdate(plan.approved_at) if plan.approved_at else None,
        "source": plan.code,
        "quality": plan.quality,
    }
    return documents.new_document(person, plan.unit, plan.code, fields, channel)


def things_of(plan: Plan, person: Person) -> list[tuple[Made, Owned | None, Owned | None]]:
    """Give what was made of a plan with the things that a person sees of it, in a query for each kind."""
    made = list(Made.objects.filter(plan=plan))
    known: dict[tuple[str, str], Owned] = {}
    for model in (Target, Duty, Problem):
        codes = [each.thing for each in made if each.thing_kind == model.kind()]
        codes += [each.beside for each in made if each.beside and model is Duty]
        seen = model.objects.visible_to(person).filter(code__in=codes).select_related("unit")
        known |= {(model.kind(), thing.code): thing for thing in seen}
    return [
        (each, known.get((each.thing_kind, each.thing)), known.get((Duty.kind(), each.beside)) if each.beside else None)
        for each in made
    ]
