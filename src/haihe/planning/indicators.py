"""Indicators of a model: any of them over any set of regions, sectors and years, as a linear form or as a value."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.planning.forms import Field, LinearForm
from haihe.planning.indicator_data import IndicatorData
from haihe.planning.indicator_fields import Scope, reference_point
from haihe.planning.indicator_list import (
    INDICATORS,
    SPREAD,
    SPREAD_FORMULA,
    SPREAD_NEEDS,
    SPREAD_TITLE,
    WELFARE,
    IndicatorSpec,
    refuse_unknown,
)
from haihe.planning.measures import ALL, Measure
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.region.nearest import suggest

SHORTFALL = "shortfall:"
"""Families of columns that a soft target pays for; no part of welfare."""
Terms = tuple[LinearForm, LinearForm | None]
"""Numerator and denominator; an amount has no denominator."""


@dataclass(frozen=True)
class Indicators:
    """The indicators of one model.

    Parameters
    ----------
    model : Model
    data : IndicatorData
        What they need beyond the model.
    """

    model: Model
    data: IndicatorData
    _built_before: dict[str, tuple[Field, ...]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def spec(self, indicator: str) -> IndicatorSpec:
        """Declaration of an indicator, with its qualifier filled in.

        Raises
        ------
        HaiheError
            ``E-PLN-51`` for one that is not in the registry.
        """
        base, _, of = indicator.partition(":")
        if base == SPREAD and of:
            inner = self.spec(of)
            title = SPREAD_TITLE.format(of=inner.title)
            return replace(
                inner, code=indicator, title=title, better="down", unit=self._per_head(inner), needs=SPREAD_NEEDS,
                formula=SPREAD_FORMULA, activity=True,
            )  # fmt: skip
        refuse_unknown(indicator)
        spec = INDICATORS[base]
        if spec.counts:
            use = self.data.uses.get(of if spec.counts == "of" else spec.counts)
            spec = replace(spec, unit=spec.unit.replace("resource", use.unit if use else of or spec.counts))
        return self._titled(spec, of)

    def field(self, indicator: str) -> Field:
        """The indicator by region, sector and milestone, in amounts of the year (the trend put back).

        Raises
        ------
        HaiheError
            ``E-PLN-52`` where its data is missing; ``E-PLN-54`` for a ratio, a gap or welfare.
        """
        spec = self.spec(indicator)
        if spec.field is None or spec.is_ratio or indicator.startswith(f"{SPREAD}:"):
            raise HaiheError("E-PLN-54", value=indicator)
        return self._built(indicator)[0]

    def absent(self, indicator: str) -> Text | None:
        """Why an indicator has no data; None where it has."""
        if indicator.startswith(f"{SPREAD}:"):
            missing = None if self.data.population is not None else SPREAD_NEEDS
            return self.absent(indicator.partition(":")[2]) or missing
        try:
            if self.spec(indicator).field is not None:
                self._built(indicator)
        except HaiheError as error:
            if error.code != "E-PLN-52":
                raise
            found: Text = dict(error.findings[0].values)["reason"]
            return found
        return None

    def terms(self, measure: Measure) -> Terms:
        """Numerator and denominator of a measure as linear forms; the denominator of an amount is None.

        Raises
        ------
        HaiheError
            ``E-PLN-51`` to ``E-PLN-53`` for an indicator without data or a set that is not in the plan, ``E-PLN-54``
            for a gap between members.
        """
        spec = self.spec(measure.indicator)
        if measure.base == SPREAD:
            raise HaiheError("E-PLN-54", value=str(measure))
        if measure.base == WELFARE:
            return self.welfare(measure), None
        weights = self.weights(measure)
        unit = spec.unit if measure.year else f"{spec.unit.removesuffix('/year')}, discounted"
        title = self.title(measure)
        top, *below = (field.form(weights, unit, title) for field in self._built(measure.indicator))
        return top, below[0] if below else None

    def form(self, measure: Measure) -> LinearForm:
        """A measure as one linear form; ``E-PLN-54`` for a ratio or a gap, otherwise as `terms`."""
        top, below = self.terms(measure)
        if below is not None:
            raise HaiheError("E-PLN-54", value=str(measure))
        return top

    def per_head(self, measure: Measure) -> list[LinearForm]:
        """What a gap compares: the indicator per resident of every member of the measure's set.

        Raises
        ------
        HaiheError
            As `terms`; ``E-PLN-52`` without residents; ``E-PLN-54`` for a gap of ratios.
        """
        if (reason := self.absent(measure.indicator)) is not None:
            raise HaiheError("E-PLN-52", value=measure.indicator, reason=reason)
        people, spec = self.data.population, self.spec(measure.indicator)
        assert people is not None
        scale = 1e9 if spec.unit.startswith("yuan/") else 1.0
        codes = [code for code, here in zip(self.members, self._regions(measure) > 0, strict=True) if here]
        forms = []
        for code in codes:
            inner = self.form(replace(measure, indicator=measure.of, regions=(code,)))
            forms.append((inner * (scale / people[self.members.index(code)])).called(spec.unit, inner.title))
        return forms

    def value(self, measure: Measure, x: Floats) -> float:
        """A measure at a solution; missing where a ratio's denominator is 0. Raises as `terms`."""
        if measure.base == SPREAD:
            each = [form.at(x) for form in self.per_head(measure)]
            return max(each) - min(each)
        top, below = self.terms(measure)
        if below is None:
            return top.at(x)
        over = below.at(x)
        return top.at(x) / over if over else float("nan")

    def welfare(self, measure: Measure | None = None, *, penalties: bool = False) -> LinearForm:
        """Welfare against the reference path: minus the cost of every column; of some members where the measure says so.

        The soft costs of a flow count with the member that ships; what belongs to nobody counts in the whole only.
        With ``penalties`` what soft targets miss counts too, so that it is the objective itself.
        """
        measure = measure or Measure(WELFARE)
        if measure.sectors != ALL or measure.year is not None:
            raise HaiheError("E-PLN-54", value=str(measure))
        costs, chosen = self.model.program.costs(), self._regions(measure) > 0
        columns, values = [], []
        for name, block in self.model.program.column_blocks.items():
            if name.startswith(SHORTFALL) and not penalties:
                continue
            mask = np.ones(block.shape, dtype=bool)
            owner = next((dim for dim in ("region", "from_region") if dim in block.dims), None)
            if measure.regions != ALL:
                axis = [1] * len(block.shape)
                here = np.zeros(1, dtype=bool)
                if owner is not None:
                    here = chosen[[self.members.index(str(code)) for code in block.dims[owner]]]
                    axis[list(block.dims).index(owner)] = -1
                mask = np.broadcast_to(here.reshape(axis), block.shape)
            cost = block.of(costs)
            mask = mask & (cost != 0.0)
            columns.append(block.index[mask])
            values.append(-cost[mask])
        where, gain = np.concatenate(columns), np.concatenate(values)
        start = -float(gain @ self.reference[where])
        return LinearForm(where, gain, start, INDICATORS[WELFARE].unit, self.title(measure))

    def weights(self, measure: Measure) -> Floats:
        """Zeros and the weight of every year where the measure's set is; shape (R, n, T)."""
        return np.asarray(
            self._regions(measure)[:, None, None]
            * self._sectors(measure)[None, :, None]
            * year_weights(self.model, measure.year)
        )

    def title(self, measure: Measure) -> Text:
        """Name of a measure in both languages, its set included."""
        title = self.spec(measure.indicator).title
        marks = [";".join(codes) for codes in (measure.regions, measure.sectors) if codes != ALL]
        marks += [str(measure.year)] if measure.year else []
        return Text(f"{title.zh}（{'，'.join(marks)}）", f"{title.en} ({', '.join(marks)})") if marks else title

    @property
    def members(self) -> list[str]:
        """Regions of the plan."""
        return self.model.economy.members

    @property
    def reference(self) -> Floats:
        """The columns on the reference path, shape (columns,)."""
        return reference_point(self.model)

    def codes(self) -> Iterator[str]:
        """Indicators that can be asked for here: those of the registry, and one for each chain and partner group."""
        for code, spec in INDICATORS.items():
            if code == WELFARE:
                continue
            if spec.qualifier != "required":
                yield code
            if code in ("chain_output", "import_dependence"):
                yield from (f"{code}:{chain}" for chain in self.data.chains)
            elif code in ("exports", "imports") and len(self.model.economy.partners) > 1:
                yield from (f"{code}:{partner}" for partner in self.model.economy.partners)
        yield f"{SPREAD}:consumption"

    def quality(self, indicator: str) -> Quality:
        """Worst mark of what an indicator rests on."""
        base, _, of = indicator.partition(":")
        if base == SPREAD:
            return (
                worst_quality({self.quality(of), self.data.marks.get("endowments", "illustrative")}) or "illustrative"
            )
        marks = {self.data.marks.get("accounts", "estimated")}
        counts = self.spec(indicator).counts
        use = self.data.uses.get(of if counts == "of" else counts)
        marks |= {use.quality} if use else set()
        marks |= {self.data.chains[of].quality} if of in self.data.chains else set()
        return worst_quality(marks) or "illustrative"

    def _built(self, indicator: str) -> tuple[Field, ...]:
        """Field of an indicator, and of its denominator where it has one, the trend put back; kept once built."""
        kept = self._built_before
        if indicator not in kept:
            spec, scope = self.spec(indicator), Scope(self.model, self.data, indicator.partition(":")[2])
            fields = []
            for build in (spec.field, spec.over):
                if build is None:
                    continue
                made = build(scope)
                if isinstance(made, Text):
                    raise HaiheError("E-PLN-52", value=indicator, reason=made)
                fields.append(made.times(self.model.economy.assumptions.trend))
            kept[indicator] = tuple(fields)
        return kept[indicator]

    def _titled(self, spec: IndicatorSpec, of: str) -> IndicatorSpec:
        if not of:
            bare = spec.title.format(of="")
            return replace(spec, title=Text(bare.zh.rstrip("："), bare.en.rstrip(": ")))
        known = {name: chain.title for name, chain in self.data.chains.items()}
        known |= {name: use.title for name, use in self.data.uses.items()}
        name = known.get(of, Text(of, of))
        filled = spec.title.format(of=name)
        if filled == spec.title:
            filled = Text(f"{filled.zh}：{name.zh}", f"{filled.en}: {name.en}")
        return replace(spec, code=f"{spec.code}:{of}", title=filled)

    def _per_head(self, spec: IndicatorSpec) -> str:
        if spec.is_ratio or spec.field is None:
            raise HaiheError("E-PLN-54", value=f"{SPREAD}:{spec.code}")
        unit = spec.unit.removesuffix("/year")
        return "yuan/person" if unit == "bn yuan" else f"{unit}/person"

    def _regions(self, measure: Measure) -> Floats:
        return _flags("region", measure.regions, {code: [code] for code in self.members}, self.members)

    def _sectors(self, measure: Measure) -> Floats:
        sectors = self.model.economy.sectors
        sets = {code: [code] for code in sectors}
        sets |= {
            name: [s for s, on in zip(sectors, flags, strict=True) if on] for name, flags in self.data.groups.items()
        }
        return _flags("sector", measure.sectors, sets, sectors)


WHAT = {"region": Text("成员地区", "member"), "sector": Text("行业", "sector"), "year": Text("年份", "year")}


def year_weights(model: Model, year: int | None) -> Floats:
    """Weight of every milestone's amount in a measure of one year, or of the whole plan; shape (T,).

    A year between two milestones is read off the straight line between their detrended amounts. The whole plan
    weighs each milestone by D_t over the trend: its years, discounted.

    Raises
    ------
    HaiheError
        ``E-PLN-53`` for a year outside the plan.
    """
    s = model.economy.assumptions
    years = np.asarray(s.years, dtype=np.float64)
    if year is None:
        return np.asarray(s.weights / s.trend)
    if not years[0] <= year <= years[-1]:
        span = Text(f"{years[0]:.0f}–{years[-1]:.0f}", f"{years[0]:.0f} to {years[-1]:.0f}")
        raise HaiheError("E-PLN-53", what=WHAT["year"], value=year, near=span)
    line = np.array([np.interp(year, years, one) for one in np.eye(years.size)])
    return np.asarray(line / s.trend * (1 + s.growth) ** (year - s.first_year))


def indicator_table(indicators: Indicators, x: Floats, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """Every indicator that has data, by region (and ``*`` for all members) and milestone: reference and plan.

    Returns
    -------
    DataFrame
        Columns indicator, region, year, reference, plan, difference, change, unit, better, quality.
    """
    years, regions = indicators.model.economy.assumptions.years, [*indicators.members, "*"]
    parts = []
    for code in codes or list(indicators.codes()):
        if indicators.absent(code) is not None:
            continue
        spec = indicators.spec(code)
        reference, plan = (_by_region(indicators, code, point) for point in (indicators.reference, x))
        index = pd.MultiIndex.from_product([regions, years], names=["region", "year"])
        frame = pd.DataFrame({"reference": reference.ravel(), "plan": plan.ravel()}, index=index).reset_index()
        marks = {"unit": spec.unit, "better": spec.better, "quality": indicators.quality(code)}
        parts.append(frame.assign(indicator=code, **marks))
    table = pd.concat(parts, ignore_index=True)
    gap = table["plan"] - table["reference"]
    table = table.assign(difference=gap, change=gap / table["reference"].abs().where(table["reference"].abs() > 0))
    columns = ["indicator", "region", "year", "reference", "plan", "difference", "change", "unit", "better", "quality"]
    return table[columns].dropna(subset=["reference", "plan"]).reset_index(drop=True)


def absent_table(indicators: Indicators) -> pd.DataFrame:
    """Indicators without data and why: columns indicator, zh, en."""
    rows = [(code, reason.zh, reason.en) for code in indicators.codes() if (reason := indicators.absent(code))]
    return pd.DataFrame(rows, columns=["indicator", "zh", "en"])


def _by_region(indicators: Indicators, code: str, x: Floats) -> Floats:
    """Values of every member and, last, of all of them together; shape (R + 1, T)."""
    if code.startswith(f"{SPREAD}:"):
        years = indicators.model.economy.assumptions.years
        gap = [indicators.value(Measure(code, year=year), x) for year in years]
        return np.vstack([np.full((len(indicators.members), len(years)), np.nan), gap])
    fields = indicators._built(code)
    sums: list[Floats] = [np.asarray(field.at(x).sum(axis=1)) for field in fields]
    top, *below = (np.vstack([amount, amount.sum(axis=0)]) for amount in sums)
    if not below:
        return top
    return np.asarray(np.divide(top, below[0], out=np.full_like(top, np.nan), where=below[0] != 0))


def _flags(what: str, named: tuple[str, ...], sets: dict[str, list[str]], labels: Sequence[str]) -> Floats:
    """1 where a label is in one of the named sets, else 0."""
    if named == ALL:
        return np.ones(len(labels))
    for name in named:
        if name not in sets:
            raise HaiheError("E-PLN-53", what=WHAT[what], value=name, near=suggest(name, sets))
    chosen = {label for name in named for label in sets[name]}
    return np.array([float(label in chosen) for label in labels])
