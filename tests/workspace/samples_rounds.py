"""Samples of rounds and of the money that follows: applications, runs, reviews, objections, awards, the ledger."""

from datetime import date

from round_cases import terms
from sample_kinds import KEEPER, Sample, sample

from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry, Follow, Goal
from haihe.workspace.rounds.models import Application, Award, Line, Objection, Round, Run
from haihe.workspace.rounds.review_models import Review
from workspace_cases import City


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
