"""Samples of what stands between members: pages, offers, interest, lists, ledgers, joint targets, consents."""

from datetime import date
from decimal import Decimal
from typing import Any

from sample_kinds import KEEPER, Sample, Viewer, sample
from samples_work import project_of

from haihe.workspace.neighbours.actions import OFFER, RENEW
from haihe.workspace.neighbours.models import (
    Consent,
    Interest,
    JointTarget,
    Ledger,
    MovedFirm,
    Offer,
    Profile,
    TransferItem,
    TransferList,
)
from workspace_cases import City

READ = "neighbours.read"


def other_of(unit: str) -> str:
    """Who else is concerned in a sample."""
    return "TJ" if unit == "BJ" else "BJ"


def draft(city: City, kind: Any, unit: str, **more: Any) -> Any:
    """A draft of a unit that concerns another one too, made where it is not there yet."""
    said = {"unit": city.units[unit], "name_zh": f"样本{kind.__name__}（{unit}）", "created_by": KEEPER[unit]} | more
    made = kind.objects.get_or_create(code=f"{kind.__name__.lower()}-{unit.lower()}", defaults=said)[0]
    made.members.set([city.units[other_of(unit)]])
    return made


def drafted(made: Any, unit: str) -> Sample:
    """What is seen of a draft: by its own unit alone."""

    def own(viewer: Viewer) -> bool:
        return viewer.reaches(READ, {unit})

    parties = frozenset({unit, other_of(unit)})
    return Sample(made, (made.name_zh,), unit, parties=parties, deciders={RENEW: parties}, narrowed=own)


@sample(Ledger)
def _ledger(city: City, unit: str) -> Sample:
    return drafted(draft(city, Ledger, unit, day=date(2025, 6, 30)), unit)


@sample(TransferList)
def _list(city: City, unit: str) -> Sample:
    return drafted(draft(city, TransferList, unit), unit)


@sample(JointTarget)
def _joint(city: City, unit: str) -> Sample:
    shares = {unit: "1", other_of(unit): "1"}
    more = {"counted_in": "亿元", "year": 2027, "value": Decimal(2), "shares": shares}
    return drafted(draft(city, JointTarget, unit, **more), unit)


@sample(MovedFirm)
def _firm(city: City, unit: str) -> Sample:
    ledger = draft(city, Ledger, unit, day=date(2025, 6, 30))
    firm = MovedFirm.objects.create(
        code=f"firm-{unit.lower()}", unit=city.units[unit], ledger=ledger, name_zh=f"样本迁移企业（{unit}）",
        origin=city.units[other_of(unit)], destination=city.units[unit], moved=2019,
    )  # fmt: skip
    return drafted(firm, unit)


@sample(TransferItem)
def _item(city: City, unit: str) -> Sample:
    item = TransferItem.objects.create(
        code=f"item-{unit.lower()}", unit=city.units[unit], list=draft(city, TransferList, unit), rank="project",
        name_zh=f"样本事项（{unit}）", giver=city.units[other_of(unit)], taker=city.units[unit],
    )  # fmt: skip
    return drafted(item, unit)


@sample(Consent)
def _consent(city: City, unit: str) -> Sample:
    """What a unit was asked to consent to, by itself, so that the thing stands."""
    ledger = draft(city, Ledger, unit, day=date(2025, 6, 30))
    name = f"样本同意（{unit}）"
    consent = Consent.objects.create(
        code=f"consent-{unit.lower()}", unit=city.units[unit], name_zh=name, about_kind=ledger.kind(),
        about=ledger.code, turn=1, sha256="0" * 64,
    )  # fmt: skip
    return Sample(consent, (name,), unit)


@sample(Profile)
def _profile(city: City, unit: str) -> Sample:
    about = f"样本概况（{unit}）"
    made = Profile.objects.create(code=f"page-{unit.lower()}", unit=city.units[unit], name_zh=unit, about_zh=about)
    made.readers.set([city.units[other_of(unit)]])
    return Sample(made, (about,), unit, parties=frozenset({unit, other_of(unit)}))


def offer_of(city: City, unit: str) -> Offer:
    """The sample offer of a unit, shown to another, made where it is not there yet."""
    code = f"offer-{unit.lower()}"
    found: Offer | None = Offer.objects.filter(code=code).first()
    if found is None:
        found = Offer.objects.create(
            code=code,
            unit=city.units[unit],
            project=project_of(city, unit, "offered", f"被共享项目（{unit}）"),
            facts=["stage"],
            title_zh=f"样本共享（{unit}）",
        )
        found.readers.set([city.units[other_of(unit)]])
    return found


@sample(Offer)
def _offer(city: City, unit: str) -> Sample:
    made, reader = offer_of(city, unit), other_of(unit)
    return Sample(
        made,
        (made.title_zh,),
        unit,
        parties=frozenset({unit, reader}),
        deciders={"neighbours.interest": frozenset({reader})},
    )


@sample(Interest)
def _interest(city: City, unit: str) -> Sample:
    """Interest of a unit in what another offers."""
    offered, words = offer_of(city, other_of(unit)), f"样本意向（{unit}）"
    code = f"interest-{unit.lower()}"
    made = Interest.objects.create(code=code, unit=city.units[unit], offer=offered, words=words)
    sides = frozenset({unit, other_of(unit)})
    return Sample(made, (words,), unit, parties=sides, deciders={OFFER: frozenset({other_of(unit)})})
