"""Forms of what follows an award. Money is entered in 万元 and kept in fen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from haihe.messages import Text
from haihe.region.units import typed
from haihe.rules.money import said_money
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.rounds.forms import in_fen, money
from haihe.workspace.rounds.ledger import KINDS, PAID, SIDES, Ledger
from haihe.workspace.rounds.ledger_models import FIGURE, FINAL, SENSES, STAGES, WAYS, Goal

SIDE_NAMES = {"city": Text("市级", "city"), "district": Text("区级", "district")}
DOCUMENT: dict[str, Any] = {"max_length": 200, "required": False}
ONCE = Text("一次性拨付", "in one payment")


def _options(named: dict[str, Text]) -> list[tuple[str, Any]]:
    return [(code, words(name)) for code, name in named.items()]


class ShareForm(OfficeForm):
    """An instalment that still owes something, an amount, a day, a document."""

    share = forms.ChoiceField(label=words("分期", "instalment"))
    amount = money("金额", "amount")
    day = forms.DateField(label=words("日期", "day"), widget=forms.DateInput())
    document = forms.CharField(label=words("凭证或文号", "document"), **DOCUMENT)

    def offer(self, book: Ledger, sides: list[str], names: Mapping[tuple[str, str], Text]) -> None:
        """Offer what the sides still owe, by the names of the instalments."""
        every = [(place, side) for place in range(len(book.shares)) for side in SIDES if side in sides]
        field: Any = self.fields["share"]
        field.choices = [
            (f"{place}:{side}", words(self._said(book, place, side, names)))
            for place, side in every
            if book.owed(book.shares[place], side) > 0
        ]
        if not self.is_bound:
            self.initial.setdefault("day", timezone.localdate())

    @staticmethod
    def _said(book: Ledger, place: int, side: str, names: Mapping[tuple[str, str], Text]) -> Text:
        share = book.shares[place]
        name = names.get(share.key, Text(share.instalment, share.instalment)) if share.instalment else ONCE
        return Text("{k}：{a} {i}（尚应 {m}）", "{k}: {a} {i} ({m} owed)").format(
            k=KINDS[PAID, side], a=share.article.partition("/")[2], i=name, m=said_money(book.owed(share, side))
        )

    def chosen(self, book: Ledger) -> tuple[str, str, str, int]:
        """Give side, article, instalment and the amount in fen."""
        place, _, side = self.cleaned_data["share"].partition(":")
        share = book.shares[int(place)]
        return side, share.article, share.instalment, in_fen(self.cleaned_data["amount"]) or 0


class ReleaseForm(ShareForm):
    """What is withheld for good, and why."""

    document = None  # type: ignore[assignment]
    day = None  # type: ignore[assignment]
    reason = forms.CharField(label=words("理由", "reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ReceiveForm(OfficeForm):
    """What a firm gave back."""

    side = forms.ChoiceField(label=words("退回", "returned to"), choices=_options(SIDE_NAMES))
    amount = money("金额", "amount")
    day = forms.DateField(label=words("日期", "day"), widget=forms.DateInput())
    document = forms.CharField(label=words("凭证或文号", "document"), **DOCUMENT)


class CarryForm(OfficeForm):
    """The budget year whose rest is carried over."""

    year = forms.IntegerField(
        label=words("结转哪一年度的余额", "budget year to carry from"), min_value=2000, max_value=2100
    )


class ClaimForm(OfficeForm):
    """What is asked back by decision."""

    city = money("追回市级资金", "asked back for the city", required=False)
    district = money("追回区级资金", "asked back for the district", required=False)
    reason = forms.CharField(label=words("理由", "reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class GoalForm(OfficeForm):
    """A performance target."""

    key = forms.SlugField(
        label=words("编号", "key"),
        help_text=words("项目内不重复；已有的编号即修改", "an existing key changes that target"),
        max_length=40,
    )
    name_zh = forms.CharField(label=words("绩效指标", "name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "name in English"), max_length=200, required=False)
    sense = forms.ChoiceField(label=words("方向", "sense"), choices=_options(SENSES))
    value = forms.DecimalField(label=words("目标值", "target"), **FIGURE)
    counted_in = forms.CharField(label=words("计量单位", "unit of measure"), max_length=40)
    year = forms.IntegerField(label=words("完成年度", "by the year"), min_value=2000, max_value=2100)


class ReportForm(OfficeForm):
    """What was reached, target by target."""

    stage = forms.ChoiceField(label=words("阶段", "stage"), choices=_options(STAGES), initial=FINAL)
    year = forms.IntegerField(label=words("年度", "year"), min_value=2000, max_value=2100)
    remark = forms.CharField(
        label=words("完成情况", "what was done"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def ask(self, goals: list[Goal]) -> None:
        """Add a field for each target."""
        for goal in goals:
            said = Text("{n}（{s} {v} {u}）", "{n} ({s} {v} {u})").format(
                n=goal.name, s=goal.sense_name, v=format(goal.value.normalize(), "f"), u=typed(goal.counted_in)
            )
            self.fields[f"figure_{goal.key}"] = forms.DecimalField(label=words(said), required=False, **FIGURE)

    def figures(self) -> dict[str, Any]:
        """Give what was entered by key of the target."""
        start = "figure_"
        return {name[len(start) :]: value for name, value in self.cleaned_data.items() if name.startswith(start)}


class TermsForm(OfficeForm):
    """How the awards of a round are paid and followed."""

    document = forms.CharField(label=words("依据文件与条款", "document and article"), **DOCUMENT)
    expenditure = forms.CharField(label=words("支出功能科目", "code of the expenditure"), max_length=40, required=False)
    in_step = forms.BooleanField(
        label=words("区级配套到位后市级再拨下一期", "the city pays on only in step with matching"), required=False
    )
    tail_after_acceptance = forms.BooleanField(
        label=words("尾款在验收通过后拨付", "the tail is paid after a passed acceptance"), required=False
    )
    least = forms.DecimalField(
        label=words("达标比例（%）", "least part of the targets (%)"),
        help_text=words("低于此比例即按规定追回", "below it support is asked back"),
        min_value=0, max_value=100, max_digits=5, decimal_places=2,
    )  # fmt: skip
    way = forms.ChoiceField(label=words("追回办法", "how much is asked back"), choices=_options(WAYS))
