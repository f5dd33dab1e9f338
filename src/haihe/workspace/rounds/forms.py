"""Forms of the room. Money is entered in 万元 and kept in fen."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from haihe.messages import Text
from haihe.rules.form import FormColumn
from haihe.workspace.data.models import Version
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.publishing import EFFECTS
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.reviewing import FULL
from haihe.workspace.rounds.rules import book_of, columns_of, in_force, titles_of
from haihe.workspace.units.models import Person, Unit

WAN = 1_000_000
"""Fen in 万元."""
PARTS = 5
"""Parts of a line that declares a criterion."""


def in_fen(wan: Decimal | None) -> int | None:
    """Give 万元 as fen; the form allows six decimals, which are whole fen."""
    return None if wan is None else int(wan * WAN)


def in_wan(fen: int | None) -> Decimal | None:
    """Give fen as 万元, exactly."""
    return None if fen is None else Decimal(fen) / WAN


def money(zh: str, en: str, required: bool = True, hint: Text | None = None) -> forms.DecimalField:
    """Give a field of money in 万元, to the fen."""
    label = words(f"{zh}（万元）", f"{en} (10,000 yuan)")
    more: dict[str, Any] = {"help_text": words(hint)} if hint else {}
    return forms.DecimalField(label=label, required=required, min_value=0, max_digits=16, decimal_places=6, **more)


def _day(zh: str, en: str, zh_hint: str = "", en_hint: str = "") -> forms.DateField:
    return forms.DateField(label=words(zh, en), help_text=words(zh_hint, en_hint), widget=forms.DateInput())


class RoundForm(OfficeForm):
    """What a call says. The scheme file comes first; the articles in force on the day are then offered."""

    name_zh = forms.CharField(label=words("批次名称", "name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "name in English"), max_length=200, required=False)
    rules_file = forms.FileField(
        label=words("办法文件", "scheme file"),
        help_text=words(
            "YAML 格式，检查无误后按内容散列保存，不再改动", "YAML; checked, then kept by its hash, unchanged"
        ),
        required=False,
    )
    day = _day("适用日期", "day of the rules", "按这一天有效的条款", "the articles in force on this day")
    fund = forms.CharField(label=words("资金代码", "fund"), max_length=64, required=False)
    year = forms.IntegerField(label=words("预算年度", "budget year"), min_value=2000, max_value=2100)
    budget = money("市级资金预算", "budget of city money")
    tails = money("其中以前年度尾款", "of it tails of earlier years", required=False)
    opens = _day("开始申报", "opens")
    closes = _day("截止申报", "closes", "含当天", "this day included")
    publicity_days = forms.IntegerField(
        label=words("公示天数", "days of publicity"),
        help_text=words("3 至 7 个工作日；只除去周六、周日", "3 to 7 working days; only weekends are left out"),
        initial=5,
    )
    open_to = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=words("可申报的范围", "open to firms of"), to_field_name="code", required=False
    )
    articles = forms.MultipleChoiceField(
        label=words("受理条款", "articles"),
        help_text=words("不选即为当日有效的全部条款", "all that are in force on the day where none is chosen"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    how = forms.ChoiceField(
        label=words("遴选方式", "selection"),
        choices=[
            ("ranked", words("按排名", "by rank")),
            ("optimal", words("优化选择（评分合计最大）", "optimal (sum of scores)")),
        ],
    )
    when_short = forms.ChoiceField(
        label=words("预算不足时", "when the budget is short"),
        choices=[("stop", words("到此为止", "stop there")), ("skip", words("跳过，看下一个", "skip to the next"))],
    )
    tie = forms.ChoiceField(
        label=words("同分时", "among equals"),
        required=False,
        choices=[
            ("", words("按申报编号（会提示）", "by code, with a warning")),
            ("support:smaller", words("支持额小者在前", "smaller support first")),
            ("support:larger", words("支持额大者在前", "larger support first")),
        ],
    )
    most_each = forms.IntegerField(
        label=words("每家企业最多立项数", "at most so many an enterprise"), required=False, min_value=1
    )
    pass_score = forms.DecimalField(
        label=words("合格分", "pass mark"), required=False, min_value=0, max_value=FULL, decimal_places=2
    )
    reserves = forms.IntegerField(label=words("备选数", "reserves"), required=False, min_value=0)
    criteria = forms.CharField(
        label=words("评审指标", "criteria"),
        help_text=words(
            "每行一项：代码|中文|英文|权重|满分，如 tech|技术水平|technology|40|100；不评审则留空",
            "one a line: code|Chinese|English|weight|full mark, as tech|技术水平|technology|40|100; empty without review",
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    combine = forms.ChoiceField(
        label=words("多位专家", "several experts"),
        choices=[
            ("mean", words("平均分", "mean")),
            ("trimmed", words("去掉最高、最低", "without highest and lowest")),
            ("adjusted", words("扣除宽严差异", "after leniency")),
        ],
    )
    least_reviews = forms.IntegerField(label=words("至少几份评审意见", "least reviews"), min_value=1, initial=1)
    needs_promise = forms.BooleanField(
        label=words("须有足额的区级配套承诺", "needs the district's matching promise"), required=False
    )
    figures = forms.ModelChoiceField(
        Version.objects.none(),
        label=words("财力依据（数据版本）", "what districts can match (data version)"),
        help_text=words("取其 budgets 表中本资金、本年度各区的数", "rows of its table budgets for the fund and year"),
        to_field_name="code",
        required=False,
    )
    payer = forms.ModelChoiceField(
        Unit.objects.none(), label=words("拨付单位", "paid by"), to_field_name="code", required=False
    )
    illustrative = forms.BooleanField(label=words("示例，非真实", "made up, for illustration"), required=False)
    note = forms.CharField(label=words("通知正文", "text of the call"), required=False, widget=forms.Textarea)

    groups = (
        (Text("申报", "Applications"), ("opens", "closes", "open_to", "articles", "needs_promise", "figures")),
        (Text("评审与遴选", "Review and selection"),
         ("criteria", "combine", "least_reviews", "pass_score", "how", "when_short", "tie", "most_each", "reserves")),
        (Text("公示与拨付", "Publicity and payment"), ("publicity_days", "payer", "illustrative", "note")),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Person, round_: Round | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        units = Unit.objects.visible_to(person)
        self.fields["open_to"].queryset = units.exclude(kind_of="firm")  # type: ignore[attr-defined]
        self.fields["payer"].queryset = units.filter(kind_of__in=("department", "city"))  # type: ignore[attr-defined]
        self.fields["figures"].queryset = _versions(person)  # type: ignore[attr-defined]
        self.fields["rules_file"].required = round_ is None
        if round_ is None:
            del self.fields["articles"]
        else:
            offered = [(code, words(title)) for code, title in titles_on(round_).items()]
            self.fields["articles"].choices = offered  # type: ignore[attr-defined]

    def clean_criteria(self) -> list[dict[str, str]]:
        """Read the criteria, one a line."""
        found = []
        for line in self.cleaned_data["criteria"].splitlines():
            if not line.strip():
                continue
            parts = [part.strip() for part in line.replace("｜", "|").split("|")]
            if len(parts) != PARTS or not parts[0].isidentifier() or not _positive(parts[3:]):
                raise forms.ValidationError(words(f"读不懂这一行：{line[:60]}", f"cannot read this line: {line[:60]}"))
            found.append(dict(zip(("key", "zh", "en", "weight", "full"), parts, strict=True)))
        if len({each["key"] for each in found}) != len(found):
            raise forms.ValidationError(words("代码不得重复", "no code twice"))
        return found


def titles_on(round_: Round) -> dict[str, Text]:
    """Give the articles that a round may take in, with the titles."""
    return in_force(book_of(round_.rules), round_.day)


def _positive(said: Sequence[str]) -> bool:
    try:
        return all(Decimal(each).is_finite() and Decimal(each) > 0 for each in said)
    except ArithmeticError:
        return False


def _versions(person: Person) -> "QuerySet[Version]":
    found: QuerySet[Version] = Version.objects.visible_to(person).filter(state="approved").select_related("dataset")
    return found


TITLE, ARTICLES = "application_title", "application_articles"


class ApplicationForm(OfficeForm):
    """The form of an application, made from the columns that the scheme declares."""

    def __init__(self, *args: Any, round_: Round, units: Sequence[Unit] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        if len(units) > 1:
            choices = [(unit.code, words(unit.name)) for unit in units]
            self.fields["application_unit"] = forms.ChoiceField(label=words("申报单位", "firm"), choices=choices)
        self.fields[TITLE] = forms.CharField(label=words("项目名称", "project"), max_length=200)
        self.fields[ARTICLES] = forms.MultipleChoiceField(
            label=words("申报条款", "articles"),
            help_text=words("不选即逐条试算", "all are tried where none is chosen"),
            choices=[(code, words(title)) for code, title in titles_of(round_).items()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.columns = columns_of(round_)
        for column in self.columns:
            self.fields[column.name] = field_of(column)

    def said(self) -> dict[str, Any]:
        """Give what was entered, as `applying.change` takes it."""
        given = self.cleaned_data
        fields = {column.name: given[column.name] for column in self.columns}
        flags = {"True": True, "False": False}
        fields |= {column.name: flags.get(given[column.name]) for column in self.columns if column.kind == "flag"}
        return {"title": given[TITLE], "wanted": given[ARTICLES], "fields": fields}

    @staticmethod
    def initial_of(application: Application) -> dict[str, Any]:
        """Give what an application says, as the form shows it."""
        shown = {name: str(value) if isinstance(value, bool) else value for name, value in application.fields.items()}
        return shown | {TITLE: application.title, ARTICLES: application.wanted, "edition": application.edition}


def field_of(column: FormColumn) -> forms.Field:
    """Give the field of a declared column; numbers stay text, which the rules read exactly."""
    unit = column.unit
    label = words(Text(f"{column.title.zh}（{unit.zh}）", f"{column.title.en} ({unit.en})") if unit else column.title)
    more: dict[str, Any] = {"label": label, "required": False, "help_text": words(column.note)}
    if column.kind == "date":
        return forms.DateField(widget=forms.DateInput(), **more)
    if column.kind == "flag":
        return forms.ChoiceField(
            choices=[("", "—"), ("True", words("是", "yes")), ("False", words("否", "no"))], **more
        )
    if column.kind == "choice" and column.declared is not None:
        choices = [(code, words(title)) for code, title in column.declared.choices.items()]
        return forms.ChoiceField(choices=[("", "—"), *choices], **more)
    return forms.CharField(max_length=200, **more)


class RecommendForm(OfficeForm):
    """What the district says."""

    recommended = forms.ChoiceField(
        label=words("意见", "opinion"),
        choices=[("yes", words("推荐", "recommended")), ("no", words("不推荐", "not recommended"))],
    )
    rank = forms.IntegerField(label=words("区内排序", "place in the district"), min_value=1, required=False)
    promise = money("承诺配套", "matching promised", required=False)
    remark = forms.CharField(
        label=words("理由", "words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class MarkForm(OfficeForm):
    """The marks of one expert: a field for each criterion."""

    def __init__(self, *args: Any, review: Review, **more: Any) -> None:
        super().__init__(*args, **more)
        for each in review.round.criteria:
            label = words(f"{each['zh']}（0–{each['full']}）", f"{each.get('en') or each['zh']} (0–{each['full']})")
            weight = words(f"权重 {each['weight']}", f"weight {each['weight']}")
            self.fields[each["key"]] = forms.CharField(
                label=label, help_text=weight, max_length=12, initial=review.marks.get(each["key"])
            )
        self.fields["review_words"] = forms.CharField(
            label=words("评语", "words"), required=False, max_length=2000, initial=review.words,
            widget=forms.Textarea(attrs={"rows": 4}),
        )  # fmt: skip


class DealForm(OfficeForm):
    """Which experts review, and how many each application gets."""

    experts = forms.MultipleChoiceField(label=words("评审专家", "experts"), widget=forms.CheckboxSelectMultiple)
    each_to = forms.IntegerField(
        label=words("每份申报几位专家", "experts an application"), min_value=1, max_value=9, initial=1
    )

    def __init__(self, *args: Any, people: Sequence[Person], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["experts"].choices = [(each.username, words(each.name)) for each in people]  # type: ignore[attr-defined]


class ObjectForm(OfficeForm):
    """An objection."""

    remark = forms.CharField(
        label=words("异议内容", "what you object to, and why"), max_length=2000, widget=forms.Textarea
    )


class AnswerForm(OfficeForm):
    """The answer to an objection."""

    effect = forms.ChoiceField(
        label=words("决定", "decision"), choices=[(code, words(name)) for code, name in EFFECTS.items()]
    )
    remark = forms.CharField(label=words("答复", "answer"), max_length=2000, widget=forms.Textarea)
