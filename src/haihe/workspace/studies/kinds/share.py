"""Kind ``share``: what coordination is worth, how it can be split, who would leave, who pays whom (`haihe.share`)."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from haihe.messages import Finding, HaiheError, Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.studies.kinds.choices import named, put
from haihe.workspace.units.models import Person

if TYPE_CHECKING:
    from haihe.coalition.settlement import ShareSettlement
    from haihe.coalition.share import Shares

CODE = "share"
NOT_SETTLED = "E-COA-98"


class ShareForm(KindForm):
    """What is asked of a split."""

    agreement = forms.ChoiceField(label=words("协同约定", "Agreement"), choices=(), required=False)
    allocation = forms.ChoiceField(
        label=words("配额的最初分配", "First allocation of permits"), choices=(), required=False
    )
    rule = forms.ChoiceField(label=words("结算所用分法", "Split to settle"), choices=(), initial="owen")
    way = forms.ChoiceField(label=words("支付方式", "Way of paying"), choices=(), initial="accrued")
    bands = forms.BooleanField(
        label=words("给出区间", "Bands"),
        help_text=words(
            "弹性、地区间流动与最初分配各变后再求解，耗时为数倍",
            "solves again for other elasticities, flows and first allocations; takes several times as long",
        ),
        required=False,
        initial=False,
    )

    def offer(self, person: Person, version: Version) -> None:
        """Offer agreements and allocations of the data, and the splits."""
        del person
        from haihe.coalition.ledger import WAYS
        from haihe.coalition.names import RULES

        put(self, "agreement", [("", words("数据中的第一项，没有则按方案所述", "the first of the data, else as planned")),
                                *named(version, "agreements", "agreement")])  # fmt: skip
        put(self, "allocation", [("", words("平均", "equal")), *named(version, "allocations", "allocation")])
        put(self, "rule", [(code, words(name)) for code, name in RULES.items()])
        put(self, "way", [(code, words(name)) for code, name in WAYS.items()])


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Work out the gain, its splits and their settlement, and keep everything that is shown of them."""
    from haihe.coalition.band_views import BandViews
    from haihe.coalition.bands import share_bands
    from haihe.coalition.share import share
    from haihe.coalition.telling import tell_shares

    control = work.control()
    agreement = settings.get("agreement") or None
    allocation = settings.get("allocation") or None
    shares = share(region, agreement=agreement, allocation=allocation, control=control, progress=work.say)
    work.share(0.5)
    bands = None
    if settings.get("bands"):
        work.say(Text("求区间", "finding the bands"))
        bands = share_bands(region, agreement=agreement, journal=work.made_folder() / "bands.jsonl", control=control)
    work.check()
    settlement, refused = _settled(shares, settings)
    parts: dict[str, Any] = shares.figures | shares.tables
    groups = [(Text("增益与分法", "Gain and splits"), list(parts))]
    if settlement is not None:
        from haihe.coalition.settlement_views import SettlementViews

        views = SettlementViews(settlement)
        own = views.figures() | views.tables()
        parts |= own
        groups.append((Text("结算", "Settlement"), list(own)))
    if bands is not None:
        more = BandViews(bands, shares)
        own = more.figures() | more.tables()
        parts |= own
        groups.append((Text("区间", "Bands"), list(own)))
    lines = [line.text for line in tell_shares(shares, bands)]
    findings = [*refused, *shares.findings, *(settlement.findings if settlement else ())]
    return Kept(lines, parts, _numbers(shares, settlement, findings), groups=groups)


def _settled(shares: "Shares", settings: Mapping[str, Any]) -> "tuple[ShareSettlement | None, list[Finding]]":
    """Settle the split; a small gain, or a split that does not hand out the gain, is not settled."""
    from haihe.coalition.settlement import settled

    if shares.small:
        return None, []
    try:
        return settled(shares, str(settings.get("rule", "owen")), settings.get("way") or "accrued"), []
    except HaiheError as error:
        if error.code != NOT_SETTLED:
            raise
        return None, list(error.findings)


def _numbers(shares: "Shares", settlement: "ShareSettlement | None", findings: list[Finding]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "gain_bn_yuan": shares.gain,
        "share_of_cost": None if shares.share_of_cost != shares.share_of_cost else shares.share_of_cost,
        "small": shares.small,
        "members": list(shares.game.members),
        "splits": _records(shares.splits[["rule", "member", "amount"]]),
        "quality": shares.quality,
        "findings": [finding.to_dict() for finding in findings],
    }
    if settlement is not None:
        found |= {
            "rule": settlement.rule,
            "way": settlement.way,
            "balances": _records(settlement.balances),
            "ledger": _records(settlement.ledger),
        }
    return found


def _records(frame: Any) -> list[dict[str, Any]]:
    """Records of a frame as plain JSON values; missing numbers as None."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return found


declare(
    Kind(
        code=CODE,
        name=Text("协同增益与分享", "gain of coordination"),
        about=Text(
            "联合起来值多少，可以怎样分，谁会退出，谁向谁付多少",
            "what acting together is worth, how it can be split, who would leave, who pays whom",
        ),
        run=run,
        form=ShareForm,
        seconds=7200,
        memory_mb=0,
        order=60,
        needs=("accounts",),
    )
)
