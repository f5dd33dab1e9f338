"""One object of every kind in a unit, for tests that walk every address; and who may see it, said without the code's help.

A room that adds a kind of object that belongs to a unit adds its sample here, and an address with more parameters than one
code adds itself to `LOOKUPS`; tests/workspace/test_workspace_permissions.py fails until both stand.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from round_cases import terms

from haihe.messages import Text
from haihe.workspace.audit.chain import Actor
from haihe.workspace.chains.models import Board as ChainBoard
from haihe.workspace.chains.models import Item as ChainItem
from haihe.workspace.chains.models import Proposal
from haihe.workspace.data import store
from haihe.workspace.data.actions import ACCEPT, SUBMIT
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.duties.actions import ACCEPT as DUTIES_ACCEPT
from haihe.workspace.duties.actions import ASSIGN as DUTIES_ASSIGN
from haihe.workspace.duties.actions import KEEP as DUTIES_KEEP
from haihe.workspace.duties.actions import NOTE as DUTIES_NOTE
from haihe.workspace.duties.actions import REPORT as DUTIES_REPORT
from haihe.workspace.duties.models import Duty, Note, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.intake import uploads
from haihe.workspace.intake.actions import CONFIRM, INSPECT
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import target_of
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.models import Job
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.months.models import Cause, Indicator, Return
from haihe.workspace.papers.actions import KEEP as PAPERS_KEEP
from haihe.workspace.papers.models import Paper
from haihe.workspace.problems.models import Problem, Register
from haihe.workspace.problems.raising import raise_problem
from haihe.workspace.problems.registers import register_of
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry, Follow, Goal
from haihe.workspace.rounds.models import Application, Award, Line, Objection, Round, Run
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.units import staff
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ALLOWED
from small_region import small_region
from workspace_cases import PEOPLE, UNITS, City

PARENTS: dict[str, str | None] = {code: parent for code, _zh, _en, _kind, parent, _region in UNITS}
WHERE = ("TJ-BH", "TJ-HP", "TJ", "BJ")
"""Units in which samples are made: a district, the district beside it, the city above both, the neighbouring region."""
KEEPER = {"TJ-BH": "bh-editor", "TJ-HP": "hp-editor", "TJ": "planner", "BJ": "bj-planner"}


def above(unit: str) -> set[str]:
    """A unit and all above it, by the plain table of parents."""
    found, here = set(), unit
    while here:
        found.add(here)
        here = PARENTS[here] or ""
    return found


@dataclass(frozen=True)
class Viewer:
    """Somebody with posts, as the plain table of the small city lists them: role, unit, below."""

    username: str
    posts: tuple[tuple[str, str, bool], ...]

    def holds(self, action: str) -> bool:
        """Whether any role of the viewer has an action."""
        return any(action in ALLOWED[role] for role, _unit, _below in self.posts)

    def reaches(self, action: str, units: Iterable[str]) -> bool:
        """Whether the viewer has an action in one of some units: by a post there, or by one above that reaches below."""
        return any(
            action in ALLOWED[role] and (unit == post or (below and post in above(unit)))
            for role, post, below in self.posts
            for unit in units
        )

    def works_in(self, unit: str) -> bool:
        """Whether the viewer has a post in exactly this unit."""
        return any(post == unit for _role, post, _below in self.posts)


VIEWERS = {username: Viewer(username, ((role, unit, below),)) for username, role, unit, below in PEOPLE}
VIEWERS["nobody"] = Viewer("nobody", ())


@dataclass(frozen=True)
class Sample:
    """An object, the names that must not be told to who may not see it, and whose it is.

    ``parties`` are the units in whose reach it is read, ``deciders`` those whose people act on it, by action where they
    differ; ``acts`` names the action that decides in the place of another; ``narrowed`` says who of those in reach sees it yet.
    """

    thing: Any
    names: tuple[str, ...]
    unit: str
    parties: frozenset[str] = frozenset()
    deciders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    narrowed: Callable[[Viewer], bool] = lambda _viewer: True

    def seen_by(self, viewer: Viewer) -> bool:
        """Whether a viewer sees it."""
        return viewer.reaches(self.thing.read_by, self.parties or {self.unit}) and self.narrowed(viewer)

    def acted_on_by(self, viewer: Viewer, action: str) -> bool:
        """Whether a viewer who sees it may do an action on it."""
        needed = self.acts.get(action, action)
        return action == self.thing.read_by or viewer.reaches(needed, self.deciders.get(action, {self.unit}))


region = lru_cache(small_region)
"""The small region, made once."""

SAMPLES: dict[type, Callable[[City, str], Sample]] = {}
"""How one object of a kind is made in a unit."""


def sample(kind: type) -> Callable[[Callable[[City, str], Sample]], Callable[[City, str], Sample]]:
    """Register how a sample of a kind is made."""

    def add(make: Callable[[City, str], Sample]) -> Callable[[City, str], Sample]:
        SAMPLES[kind] = make
        return make

    return add


@dataclass(frozen=True)
class Lookup:
    """An address that finds its object itself: what kind it names, the address's parameters, the action on the object.

    ``allowed`` replaces the rule where the page asks for something else than its action on the object.
    """

    of: type
    parameters: Callable[[Sample], dict[str, Any]]
    action: str = ""
    query: Callable[[Sample], str] = lambda _sample: ""
    allowed: Callable[[Viewer, Sample], bool] | None = None


LOOKUPS: dict[str, Lookup] = {
    "office:history": Lookup(
        Dataset,
        lambda sample: {"kind": sample.thing.kind(), "code": sample.thing.code},
        allowed=lambda viewer, sample: sample.seen_by(viewer) or viewer.reaches("audit.read", {sample.unit}),
    ),
    "data:table": Lookup(Version, lambda sample: {"code": sample.thing.code, "table": "regions"}, DATA_READ),
    "data:row": Lookup(
        Version, lambda sample: {"code": sample.thing.code, "table": "regions"}, DATA_READ, lambda _sample: "?key=north"
    ),
    "data:difference-choose": Lookup(
        Version, lambda sample: {"code": sample.thing.code}, DATA_READ, lambda sample: f"?with={sample.thing.code}"
    ),
    "data:difference": Lookup(
        Version, lambda sample: {"code": sample.thing.code, "other": sample.thing.code}, DATA_READ
    ),
    "papers:attach": Lookup(Duty, lambda sample: {"kind": "duties.duty", "code": sample.thing.code}, DUTIES_REPORT),
    "papers:remove": Lookup(Paper, lambda sample: {"code": sample.thing.code}, DUTIES_REPORT),
    "duties:report-new": Lookup(Duty, lambda sample: {"kind": "duty", "code": sample.thing.code}, DUTIES_REPORT),
    "problems:bottlenecks": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "problems:ask": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "problems:raise": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "intake:new": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, SUBMIT),
    "intake:template": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, SUBMIT),
}


@sample(Unit)
def _unit(city: City, unit: str) -> Sample:
    return Sample(city.units[unit], (), unit)  # names of units stand on many pages; the answer alone is looked at


@sample(Person)
def _person(city: City, unit: str) -> Sample:
    name = f"张样本（{unit}）"
    person, _ = staff.hire(Actor("", unit), f"sample-{unit.lower()}", name, city.units[unit], "viewer")
    return Sample(person, (name,), unit)


@sample(Post)
def _post(city: City, unit: str) -> Sample:
    name = f"李任职（{unit}）"
    person, _ = staff.hire(Actor("", unit), f"posted-{unit.lower()}", name, city.units[unit], "viewer")
    return Sample(person.posts.get(), (name,), unit)


@sample(Job)
def _job(city: City, unit: str) -> Sample:
    title = f"样本作业（{unit}）"
    keeper = city.people[KEEPER[unit]]
    held = {"unit": city.units[unit], "created_by": keeper.username}
    dataset = Dataset.objects.create(code=f"about-{unit.lower()}", name_zh="作业所查数据", **held)
    about = Version.objects.create(  # approved, so that who sees the job sees what it is about
        code=f"about-{unit.lower()}-1", number=1, dataset=dataset, state=APPROVED, sha256="0" * 64, **held
    )  # fmt: skip
    job = queue.enqueue(keeper, city.units[unit], "data.check", title=Text(title, title), version=about.code)
    return Sample(job, (title,), unit)


@sample(Dataset)
def _dataset(city: City, unit: str) -> Sample:
    name, keeper = f"样本数据（{unit}）", city.people[KEEPER[unit]].username
    dataset = Dataset.objects.create(code=f"set-{unit.lower()}", unit=city.units[unit], name_zh=name, created_by=keeper)
    return Sample(dataset, (name,), unit)


def dataset_of(city: City, unit: str) -> Dataset:
    """The sample dataset of a unit, made where it is not there yet."""
    found: Dataset | None = Dataset.objects.filter(code=f"set-{unit.lower()}").first()
    return found or _dataset(city, unit).thing


@sample(Version)
def _version(city: City, unit: str) -> Sample:
    note = f"样本版本说明（{unit}）"
    dataset = dataset_of(city, unit)
    kept = {"unit": city.units[unit], "dataset": dataset, "sha256": "0" * 64, "created_by": KEEPER[unit]}
    kept |= {"tables": store.put(region().tables), "meta": region().meta.model_dump()}
    dataset.current = Version.objects.create(code=f"{dataset.code}-1", number=1, state=APPROVED, **kept)
    dataset.number = 2
    dataset.save()
    version = Version.objects.create(code=f"{dataset.code}-2", number=2, parent=dataset.current, note=note, **kept)
    return Sample(version, (note,), unit, narrowed=lambda viewer: viewer.works_in(unit))  # a draft


@sample(Upload)
def _upload(city: City, unit: str) -> Sample:
    name, keeper = f"样本上传（{unit}）.csv", city.people[KEEPER[unit]]
    upload = uploads.receive(
        keeper, city.units[unit], target_of("dataset"), dataset_of(city, unit), name, b"code,name_zh\n1,x\n"
    )
    return Sample(
        upload,
        (name,),
        unit,
        acts={CONFIRM: SUBMIT},  # what uploads to a dataset need
        narrowed=lambda viewer: viewer.works_in(unit) or viewer.reaches(INSPECT, {unit}),
    )


@sample(Request)
def _request(city: City, unit: str) -> Sample:
    title = f"样本征集（{unit}）"
    request = Request.objects.create(
        code=f"ask-{unit.lower()}", unit=city.units[unit], title=title, dataset=dataset_of(city, unit),
        due=date(2027, 1, 1), created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(request, (title,), unit)


@sample(Answer)
def _answer(city: City, unit: str) -> Sample:
    """An answer of a unit, still a draft, to a request of the city, which tells the unit the name of its dataset."""
    remark, title = f"样本答复（{unit}）", f"市级征集（{unit}）"
    named = Dataset.objects.create(code=f"base-{unit.lower()}", unit=city.units["TJ"], name_zh="征集所依据的数据")
    request = Request.objects.create(
        code=f"asked-{unit.lower()}", unit=city.units["TJ"], title=title, dataset=named,
        due=date(2027, 1, 1), state="open", addressees=[unit],
    )  # fmt: skip
    answer = Answer.objects.create(
        code=f"answer-{unit.lower()}", unit=city.units[unit], request=request, remark=remark, created_by=KEEPER[unit]
    )
    return Sample(
        answer,
        (remark,),
        unit,
        parties=frozenset({unit, "TJ"}),
        deciders={ACCEPT: frozenset({"TJ"})},
        narrowed=lambda viewer: viewer.works_in(unit),
    )


def issuer_of(unit: str) -> str:
    """Who sets targets and assigns duties to a unit in the samples: the unit above it, or itself."""
    return PARENTS[unit] or unit


@sample(PlanDocument)
def _document(city: City, unit: str) -> Sample:
    name = f"样本计划（{unit}）"
    document = PlanDocument.objects.create(code=f"plan-{unit.lower()}", unit=city.units[unit], name_zh=name)
    return Sample(document, (name,), unit)


@sample(Target)
def _target(city: City, unit: str) -> Sample:
    """A target on which the unit reports, set from above."""
    name, issuer = f"样本目标（{unit}）", issuer_of(unit)
    target = Target.objects.create(
        code=f"target-{unit.lower()}", unit=city.units[unit], issuer=city.units[issuer], name_zh=name, year=2027,
        value=25, counted_in="%",
    )  # fmt: skip
    return Sample(target, (name,), unit, parties=frozenset({unit, issuer}), deciders={DUTIES_KEEP: frozenset({issuer})})


@sample(Duty)
def _duty(city: City, unit: str) -> Sample:
    """A duty of the unit, assigned from above."""
    name, issuer = f"样本职责（{unit}）", issuer_of(unit)
    duty = Duty.objects.create(
        code=f"duty-{unit.lower()}",
        unit=city.units[unit],
        issuer=city.units[issuer],
        name_zh=name,
        due=date(2027, 1, 1),
    )
    both = frozenset({unit, issuer})
    deciders = {DUTIES_ASSIGN: frozenset({issuer}), DUTIES_NOTE: both}
    return Sample(duty, (name,), unit, parties=both, deciders=deciders)


def duty_of(city: City, unit: str) -> Duty:
    """The sample duty of a unit, made where it is not there yet."""
    found: Duty | None = Duty.objects.filter(code=f"duty-{unit.lower()}").first()
    return found or _duty(city, unit).thing


@sample(Note)
def _duty_note(city: City, unit: str) -> Sample:
    words = f"样本留言（{unit}）"
    note = Note.objects.create(
        code=f"note-{unit.lower()}", unit=city.units[unit], duty=duty_of(city, unit), words=words
    )
    return Sample(note, (words,), unit, parties=frozenset({unit, issuer_of(unit)}))


@sample(Report)
def _duty_report(city: City, unit: str) -> Sample:
    """A report of a unit, still a draft."""
    words, issuer = f"样本报告（{unit}）", issuer_of(unit)
    report = Report.objects.create(
        code=f"report-{unit.lower()}", unit=city.units[unit], duty=duty_of(city, unit), period="2026-10", share=40,
        words=words, created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(
        report,
        (words,),
        unit,
        parties=frozenset({unit, issuer}),
        deciders={DUTIES_ACCEPT: frozenset({issuer})},
        narrowed=lambda viewer: viewer.works_in(unit),
    )


@sample(Paper)
def _paper(city: City, unit: str) -> Sample:
    """A paper of a duty: seen by whoever sees the duty, removed by whoever reports on it."""
    title, data = f"样本材料（{unit}）", b"%PDF-1.4 sample"
    paper = Paper.objects.create(
        code=f"paper-{unit.lower()}", unit=city.units[unit], about_kind=Duty.kind(), about=duty_of(city, unit).code,
        title=title, file_name="sample.pdf", sha256=uploads.keep_file(data, ".pdf"), size=len(data),
    )  # fmt: skip
    both = frozenset({unit, issuer_of(unit)})
    return Sample(paper, (title,), unit, parties=both, acts={PAPERS_KEEP: DUTIES_REPORT})


@sample(Register)
def _register(city: City, unit: str) -> Sample:
    return Sample(register_of(city.people[KEEPER[unit]], city.units[unit]), (), unit)  # its name is the unit's


@sample(Problem)
def _problem(city: City, unit: str) -> Sample:
    name = f"样本问题（{unit}）"
    problem = raise_problem(city.people[KEEPER[unit]], city.units[unit], {"name_zh": name, "evidence": "样本依据"})
    return Sample(problem, (name,), unit)


def round_of(city: City, unit: str) -> Round:
    """The sample round of a unit, in preparation, made where it is not there yet."""
    found: Round | None = Round.objects.filter(code=f"round-{unit.lower()}").first()
    return found or _round(city, unit).thing


@sample(Round)
def _round(city: City, unit: str) -> Sample:
    name = f"样本批次（{unit}）"
    said = {key: value for key, value in terms().items() if key not in ("name_zh", "name_en")}
    said |= {"unit": city.units[unit], "name_zh": name, "created_by": KEEPER[unit]}
    made = Round.objects.get_or_create(code=f"round-{unit.lower()}", defaults=said)[
        0
    ]  # others' samples may stand on it
    return Sample(made, (name,), unit, narrowed=lambda viewer: viewer.works_in(unit))


def open_round_of(city: City, unit: str) -> Round:
    """A round of a unit that takes applications, made where it is not there yet."""
    said = {key: value for key, value in terms().items() if key not in ("name_zh", "name_en")}
    said |= {"unit": city.units[unit], "name_zh": "开放批次", "state": "open", "created_by": KEEPER[unit]}
    found: Round = Round.objects.get_or_create(code=f"open-{unit.lower()}", defaults=said)[0]
    return found


def application_of(city: City, unit: str, title: str, state: str) -> Application:
    """An application of a unit to its own sample round."""
    district = city.units[unit] if city.units[unit].kind_of == "district" else None
    said = {"title": title, "state": state, "district": district, "fields": {"cost": "1"}}
    code = f"{state.replace('_', '-')}-{unit.lower()}"
    return Application.objects.create(
        code=code, unit=city.units[unit], round=open_round_of(city, unit), created_by=KEEPER[unit], **said
    )  # type: ignore[no-any-return]


@sample(Application)
def _application(city: City, unit: str) -> Sample:
    """A draft of a firm."""
    title = f"样本申报（{unit}）"
    made = application_of(city, unit, title, "draft")
    district = {unit} if made.district else set()
    return Sample(
        made,
        (title,),
        unit,
        deciders={"rounds.recommend": frozenset(district)},
        narrowed=lambda viewer: viewer.works_in(unit),
    )


@sample(Run)
def _run(city: City, unit: str) -> Sample:
    round_ = round_of(city, unit)
    run = Run.objects.create(
        code=f"{round_.code}-run1", unit=city.units[unit], round=round_, purpose="check", number=1, inputs="0" * 64,
        outputs="0" * 64, version="0",
    )  # fmt: skip
    return Sample(run, (), unit)  # its name is the round's


@sample(Review)
def _review(city: City, unit: str) -> Sample:
    """A review whose expert is the unit's keeper, who may not review: nobody marks it."""
    title, keeper = f"样本受评（{unit}）", city.people[KEEPER[unit]]
    made = application_of(city, unit, title, "eligible")
    review = Review.objects.create(
        code=f"review-{unit.lower()}", unit=city.units[unit], round=made.round, application=made, expert=keeper,
        words=f"样本评语（{unit}）",
    )  # fmt: skip
    return Sample(
        review,
        (review.words,),
        unit,
        deciders={"rounds.review": frozenset()},
        narrowed=lambda viewer: (
            viewer.username == keeper.username
            or viewer.reaches("rounds.keep", {unit})
            or viewer.reaches("rounds.inspect", {unit})
        ),
    )


@sample(Objection)
def _objection(city: City, unit: str) -> Sample:
    made = application_of(city, unit, "样本公示项目", "listed")
    objection = Objection.objects.create(
        code=f"objection-{unit.lower()}", unit=city.units[unit], round=made.round, application=made,
        words=f"样本异议（{unit}）",
    )  # fmt: skip
    return Sample(objection, (objection.words,), unit)


@sample(Award)
def _award(city: City, unit: str) -> Sample:
    made = application_of(city, unit, "样本立项项目", "awarded")
    run = Run.objects.create(
        code=f"{made.round.code}-run9", unit=city.units[unit], round=made.round, purpose="rank", number=9,
        inputs="0" * 64, outputs="0" * 64, version="0",
    )  # fmt: skip
    line = Line.objects.create(run=run, application=made, edition=1, state="eligible", support=2, city=1, district=1)
    award = Award.objects.create(
        code=f"award-{unit.lower()}", unit=city.units[unit], round=made.round, application=made, line=line,
        district=made.district, support=2, city=1, district_part=1, decided_by="x",
        granted=[{"article": "our-fund/upgrade", "version": "2026-01-01", "support": 2, "city": 1, "district": 1,
                  "instalments": []}],
    )  # fmt: skip
    return Sample(award, (), unit)  # its name is the application's


@sample(Meeting)
def _meeting(city: City, unit: str) -> Sample:
    """A meeting whose agenda was not sent yet, with an item; the people who prepare one are planners."""
    title = f"样本会议（{unit}）"
    meeting = Meeting.objects.create(
        code=f"meet-{unit.lower()}", unit=city.units[unit], title=title, day=date(2027, 1, 5), created_by=KEEPER[unit]
    )
    return Sample(meeting, (title,), unit)


@sample(Item)
def _item(city: City, unit: str) -> Sample:
    title = f"样本议题（{unit}）"
    meeting: Any = Meeting.objects.filter(code=f"meet-{unit.lower()}").first() or _meeting(city, unit).thing
    item = Item.objects.create(
        code=f"item-{unit.lower()}", unit=city.units[unit], meeting=meeting, place=1, title_zh=title
    )
    return Sample(item, (title,), unit)


def chain_of(city: City, unit: str) -> ChainBoard:
    """The sample board of a unit, made where it is not there yet."""
    found: ChainBoard | None = ChainBoard.objects.filter(code=f"chain-{unit.lower()}").first()
    return found or ChainBoard.objects.create(
        code=f"chain-{unit.lower()}", unit=city.units[unit], chain=f"C-{unit}", name_zh=f"样本产业链（{unit}）"
    )


@sample(ChainBoard)
def _chain(city: City, unit: str) -> Sample:
    board = chain_of(city, unit)
    return Sample(board, (board.name_zh,), unit)


@sample(ChainItem)
def _chain_item(city: City, unit: str) -> Sample:
    name = f"样本卡点（{unit}）"
    item = ChainItem.objects.create(
        code=f"item-{unit.lower()}", board=chain_of(city, unit), unit=city.units[unit], number="R-1", name_zh=name,
        kind_of="research",
    )  # fmt: skip
    return Sample(item, (name,), unit)


@sample(Proposal)
def _chain_proposal(city: City, unit: str) -> Sample:
    reason = f"样本依据说明（{unit}）"
    dataset = Dataset.objects.create(code=f"chain-data-{unit.lower()}", unit=city.units[unit], name_zh="诊断所用数据")
    version = Version.objects.create(
        code=f"{dataset.code}-1", number=1, unit=city.units[unit], dataset=dataset, sha256="0" * 64, state=APPROVED
    )
    proposal = Proposal.objects.create(
        code=f"proposal-{unit.lower()}", unit=city.units[unit], board=chain_of(city, unit), version=version,
        kind_of="research", stage="S1", name_zh="环节", name_en="stage", reason_zh=reason, reason_en=reason, rank=1,
        score="0.50", year=2023, quality="illustrative",
    )  # fmt: skip
    return Sample(proposal, (reason,), unit)


@sample(Indicator)
def _indicator(city: City, unit: str) -> Sample:
    name = f"样本月度指标（{unit}）"
    indicator = Indicator.objects.create(
        code=f"monthly-{unit.lower()}", unit=city.units[unit], name_zh=name, counted_in="亿元"
    )
    return Sample(indicator, (name,), unit)


def month_of(city: City, unit: str) -> Return:
    """The sample return of a unit, a draft, made where it is not there yet."""
    found: Return | None = Return.objects.filter(unit__code=unit, month="2026-10").first()
    row = {"indicator": "x", "place": "p", "value": "1", "growth": None, "source": None, "quality": "illustrative"}
    return found or Return.objects.create(
        code=f"{unit}-2026-10", unit=city.units[unit], month="2026-10", rows=[row | {"note": f"样本月报说明（{unit}）"}],
        created_by=KEEPER[unit],
    )  # fmt: skip


@sample(Return)
def _month(city: City, unit: str) -> Sample:
    month = month_of(city, unit)
    return Sample(month, (month.rows[0]["note"],), unit, narrowed=lambda viewer: viewer.works_in(unit))


@sample(Cause)
def _cause(city: City, unit: str) -> Sample:
    words = f"样本原因（{unit}）"
    cause = Cause.objects.create(
        code=f"cause-{unit.lower()}",
        unit=city.units[unit],
        of=month_of(city, unit),
        indicator="x",
        place="p",
        words=words,
    )
    return Sample(cause, (words,), unit, narrowed=lambda viewer: viewer.works_in(unit))


def award_of(city: City, unit: str) -> Award:
    """The sample award of a unit, made where it is not there yet."""
    found: Award | None = Award.objects.filter(code=f"award-{unit.lower()}").first()
    return found or _award(city, unit).thing


@sample(Follow)
def _follow(city: City, unit: str) -> Sample:
    round_ = round_of(city, unit)
    follow = Follow.objects.create(
        code=f"follow-{unit.lower()}", unit=city.units[unit], round=round_, document=f"样本办法（{unit}）"
    )
    return Sample(follow, (follow.document,), unit)


@sample(Goal)
def _goal(city: City, unit: str) -> Sample:
    name = f"样本绩效（{unit}）"
    goal = Goal.objects.create(
        code=f"goal-{unit.lower()}", unit=city.units[unit], award=award_of(city, unit), key="out", name_zh=name,
        counted_in="万元", year=2027, value=1,
    )  # fmt: skip
    return Sample(goal, (name,), unit)


@sample(Entry)
def _entry(city: City, unit: str) -> Sample:
    entry = Entry.objects.create(
        code=f"entry-{unit.lower()}", unit=city.units[unit], award=award_of(city, unit), number=1, kind_of="committed",
        side="city", amount=1, day=date(2026, 1, 5), year=2026, document=f"样本凭证（{unit}）",
    )  # fmt: skip
    return Sample(entry, (entry.document,), unit)


@sample(Acceptance)
def _acceptance(city: City, unit: str) -> Sample:
    """A draft of the firm."""
    words = f"样本完成情况（{unit}）"
    made = Acceptance.objects.create(
        code=f"acceptance-{unit.lower()}", unit=city.units[unit], award=award_of(city, unit), year=2027, words=words,
        created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(made, (words,), unit, narrowed=lambda viewer: viewer.works_in(unit))


@sample(Claim)
def _claim(city: City, unit: str) -> Sample:
    """A draft of the office."""
    reason = f"样本追回理由（{unit}）"
    claim = Claim.objects.create(
        code=f"claim-{unit.lower()}", unit=city.units[unit], award=award_of(city, unit), by_rule=False, city=1,
        reason=reason,
    )  # fmt: skip
    return Sample(claim, (reason,), unit, narrowed=lambda viewer: viewer.works_in(unit))


def board_of(city: City, unit: str) -> Board:
    """The sample board of a unit, made where it is not there yet."""
    name = f"样本看板（{unit}）"
    made: Board = Board.objects.get_or_create(
        code=f"board-{unit.lower()}",
        defaults={"unit": city.units[unit], "name_zh": name, "created_by": KEEPER[unit]},
    )[0]
    return made


@sample(Board)
def _board(city: City, unit: str) -> Sample:
    board = board_of(city, unit)
    return Sample(board, (board.name_zh,), unit)


def project_of(city: City, unit: str, code: str, name: str) -> Project:
    """A project of a unit on its own board."""
    made: Project = Project.objects.create(
        code=f"{code}-{unit.lower()}", unit=city.units[unit], board=board_of(city, unit), name_zh=name,
        since=date(2026, 1, 1), investment=1, output=1, created_by=KEEPER[unit],
    )  # fmt: skip
    return made


@sample(Project)
def _project(city: City, unit: str) -> Sample:
    project = project_of(city, unit, "project", f"样本项目（{unit}）")
    return Sample(project, (project.name_zh,), unit)


@sample(Move)
def _move(city: City, unit: str) -> Sample:
    """A proposal that was sent back: seen where it is made."""
    project = project_of(city, unit, "moving", "被移项目")
    move = Move.objects.create(
        code=f"move-{unit.lower()}", unit=city.units[unit], project=project, from_stage="contact",
        to_stage="signed", day=date(2026, 2, 1), why=f"样本理由（{unit}）", created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(move, (move.why,), unit, narrowed=lambda viewer: viewer.works_in(unit))
