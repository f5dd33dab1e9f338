"""Kind ``comparison``: two to four finished plans side by side, and what makes them differ (`haihe.planning.comparison`)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from django import forms
from django.utils import translation

from haihe.messages import HaiheError, Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.models import DONE
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.asking import plan_of
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.studies.kinds.choices import put
from haihe.workspace.studies.kinds.plan import CODE as PLAN
from haihe.workspace.studies.kinds.plan import PlanForm, once
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person

if TYPE_CHECKING:
    from haihe.figures import Table

CODE = "comparison"
LEAST, MOST = 2, 4
OFFERED = 50
"""Plans that the form offers, the newest first."""


class ComparisonForm(KindForm):
    """Which plans are compared."""

    studies = forms.MultipleChoiceField(
        label=words("规划测算（二至四项）", "Plans, two to four"),
        help_text=words(
            "最早的一项作为比较的基准；这里列出同一数据集中已完成的规划测算",
            "the oldest is what the others are compared with; the finished plans of the dataset are listed",
        ),
        choices=(),
        widget=forms.CheckboxSelectMultiple,
    )
    marks = forms.CharField(required=False, widget=forms.HiddenInput)

    def offer(self, person: Person, version: Version) -> None:
        """Offer the finished plans of the dataset that the person sees."""
        seen = Study.objects.visible_to(person).filter(
            kind_code=PLAN, job__state=DONE, version__dataset=version.dataset_id
        )
        self.there = {each.code: each for each in seen.select_related("job", "scenario")[:OFFERED]}
        put(
            self,
            "studies",
            [(code, words(f"{code} {each.name.zh}", f"{code} {each.name.en}")) for code, each in self.there.items()],
        )

    def clean_studies(self) -> list[str]:
        """Two to four, the oldest first."""
        chosen = list(dict.fromkeys(self.cleaned_data["studies"]))
        if not LEAST <= len(chosen) <= MOST:
            raise forms.ValidationError(words("请选二至四项", "Choose two to four"))
        return sorted(chosen, key=lambda code: self.there[code].pk)

    def clean(self) -> dict[str, Any]:
        """Write down which results are compared, so that a plan that is run again is compared again."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        jobs = [self.there[code].job for code in found.get("studies", ())]
        return found | {"marks": " ".join(job.mark for job in jobs if job)}


def compared(settings: Mapping[str, Any]) -> list[str]:
    """Give the codes of the studies that are compared."""
    return [str(code) for code in settings.get("studies", ())]


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Read the plans and put them side by side."""
    from haihe.planning.comparison import compare

    del region
    codes = compared(settings)
    seen = Study.objects.visible_to(work.person).select_related("job", "scenario", "version__dataset")
    there = {each.code: each for each in seen.filter(code__in=codes)}
    studies = [_found(there, code) for code in codes]
    plans = {}
    for study in studies:
        work.check()
        work.say(Text(f"读取方案：{study.name.zh}", f"reading the plan: {study.name.en}"))
        plans[study.code] = plan_of(study)
    work.share(0.5)
    work.say(Text("比较", "comparing"))
    found = compare(plans)
    views, titles = found.views, titles_of(studies)
    views.titles = titles
    figures, tables = views.figures(), views.tables()
    work.check()
    settled = settings_table(studies, titles, tables["compare-summary"])
    charted = {figure.table.key for figure in figures.values()}
    parts: dict[str, Any] = figures | {key: table for key, table in tables.items() if key not in charted}
    parts[settled.key] = settled
    inputs = [key for key in ("compare-changes", settled.key) if key in parts]
    groups = [
        (Text("代价", "Cost"), ["compare-cost", "compare-summary"]),
        (Text("哪些输入不同", "Which inputs differ"), inputs),
        (Text("结果的差别", "What comes of it"), [key for key in parts if key not in inputs]),
    ]
    numbers = {
        "studies": codes,
        "summary": _records(found.summary),
        "changes": len(found.changes),
        "findings": [finding.to_dict() for finding in found.findings],
    }
    return Kept(_lines(studies, titles, found.summary), parts, numbers, groups=once(groups))


def _found(there: Mapping[str, Study], code: str) -> Study:
    study = there.get(code)
    if study is None:
        raise HaiheError("E-STU-12", value=code)
    return study


def titles_of(studies: Sequence[Study]) -> dict[str, Text]:
    """Name each plan by its scenario, or by its own name where it has none or two share it."""
    short = [study.scenario.name if study.scenario else study.name for study in studies]
    once = len({title.zh for title in short}) == len(short)
    return {study.code: title if once else study.name for study, title in zip(studies, short, strict=True)}


def settings_table(studies: Sequence[Study], titles: Mapping[str, Text], like: "Table") -> "Table":
    """What each plan was asked for: data version, scenario, settings."""
    from haihe.figures import Column, Table

    asked: dict[Text, list[Text | None]] = {
        Text("数据版本", "Data version"): [study.version.name for study in studies],
        Text("情景", "Scenario"): [study.scenario.name if study.scenario else None for study in studies],
    }
    for name, field in PlanForm.base_fields.items():
        if any(name in study.settings for study in studies):
            asked[_label(field.label)] = [_said(study.settings.get(name)) for study in studies]
    frame = pd.DataFrame({"what": pd.Series(list(asked), dtype=object)})
    for k in range(len(studies)):
        frame[f"plan{k}"] = pd.Series([values[k] for values in asked.values()], dtype=object)
    columns = [Column(f"plan{k}", title, kind="text") for k, title in enumerate(titles.values())]
    return Table(
        frame,
        [Column("what", Text("设置", "Setting"), kind="text"), *columns],
        key="compare-settings",
        title=Text("各方案的数据与设置", "Data and settings of the plans"),
        source=like.source,
        quality=None,
    )


def _label(label: Any) -> Text:
    """Give a form's label in both languages."""
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(str(label))
    return Text(*said)


def _said(value: Any) -> Text | None:
    """Write a setting; nothing where it is empty."""
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    return Text(str(value), str(value)) if value not in (None, "") else None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _lines(studies: Sequence[Study], titles: Mapping[str, Text], summary: pd.DataFrame) -> list[Text]:
    """Say of each plan what it costs more or less than the first, with its band where there is one."""
    first = titles[studies[0].code]
    lines = []
    for row in _records(summary)[1:]:
        name, gap = titles[row["scenario"]], row["difference"] * 10.0
        band = ""
        if row["difference_low"] is not None:
            band = f" [{row['difference_low'] * 10.0:+.1f} … {row['difference_high'] * 10.0:+.1f}]"
        more = gap > 0
        lines.append(
            Text(
                f"“{name.zh}”的净代价比“{first.zh}”{'多' if more else '少'} {abs(gap):,.1f} 亿元（贴现累计）{band}。",
                f"“{name.en}” costs {abs(gap):,.1f} x 100 m yuan {'more' if more else 'less'} than “{first.en}” "
                f"(discounted total){band}.",
            )
        )
    return lines


declare(
    Kind(
        code=CODE,
        name=Text("方案比较", "comparison of plans"),
        about=Text(
            "两到四个规划测算并排：代价差多少，改了哪些输入，哪些结果因此不同",
            "two to four plans side by side: what one costs against another, which inputs differ, what comes of it",
        ),
        run=run,
        form=ComparisonForm,
        seconds=1800,
        memory_mb=0,
        order=25,
        needs=("accounts",),
        rests=compared,
    )
)
