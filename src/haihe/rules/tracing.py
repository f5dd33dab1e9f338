"""Explain one application under one article: conditions with the values seen, caps, stacking, split, and the act.

The trace of every application is kept in the arrays of the evaluation; here one of them is put into words, and the
values of its caps are computed again from the same clause and the same row.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from haihe.messages import Text
from haihe.region import units
from haihe.rules.awards import Award
from haihe.rules.blocks import STATES, Block
from haihe.rules.clauses import Clause, Plan
from haihe.rules.computing import Computed, compute
from haihe.rules.evaluate import lanes_of
from haihe.rules.expression import Expression
from haihe.rules.lanes import Lane
from haihe.rules.money import exactly, said_money
from haihe.rules.outcome import Evaluation
from haihe.rules.quantities import FEN, MONEY, Measure
from haihe.rules.traces import ConditionTrace, LimitTrace, Seen, Trace
from haihe.rules.tree import Name, walk

MISSING = "—"


def trace(result: Evaluation, application: str, article: str) -> Trace:
    """Explain one application under one article.

    Parameters
    ----------
    result : Evaluation
    application : str
        Code of the application.
    article : str
        Code of the article, or ``scheme/article``.

    Raises
    ------
    HaiheError
        ``E-RUL-44`` where the application did not meet the article.
    """
    block, place = result.find(application, article)
    clause = block.clause
    state = list(STATES)[int(block.state[place])]
    if clause is None:
        scheme = result.book.schemes[block.law]
        known = scheme.article(block.code)
        title = known.title if known else Text(block.code, block.code)
        return Trace(application, block.full, title, scheme.title, None, "", "", False, state)
    rows = np.array([block.rows[place]])
    lanes = lanes_of(clause, result.applications, rows)
    show = _Shower(clause, result, lanes)
    eligible = state == "eligible"
    plan = clause.plans[int(block.plan[place])] if eligible and block.plan[place] >= 0 else None
    version = clause.version
    return Trace(
        application=application,
        article=block.full,
        title=clause.article.title,
        scheme=clause.scheme.title,
        source=version.source,
        valid_from=version.valid_from.isoformat(),
        valid_to=version.valid_to.isoformat() if version.valid_to else "",
        draft=clause.is_draft,
        state=state,
        conditions=tuple(show.condition(number) for number in range(len(clause.conditions))),
        missing=tuple(show.label(n) for bit, n in enumerate(block.names) if int(block.missing[place]) >> bit & 1),
        **(_amounts(block, place, plan, show, result) if plan is not None else {}),
    )


def _amounts(block: Block, place: int, plan: Plan, show: "_Shower", result: Evaluation) -> dict[str, Any]:
    clause = show.clause
    done = compute(plan, show.lanes, 1, clause.rounding, negative=clause.article.kind == "score")
    taker = block.takers[block.taker[place]] if block.taker[place] >= 0 else ""
    rule = next((group.rule for group in result.groups if group.name == taker), None)
    return {
        "outcome": plan.outcome,
        "reckoning": show.reckoning(int(block.plan[place]), plan, done),
        "seen": show.seen(_names(plan)),
        "limits": show.limits(plan, done),
        "raw": int(block.raw[place]),
        "entitled": int(block.entitled[place]),
        "removed": int(block.removed[place]),
        "stacked_by": taker,
        "stacking_text": rule.text if rule else None,
        "support": int(block.support[place]),
        "split": {payer: int(part[place]) for payer, part in block.split().items()},
        "instalments": {name: int(part[place]) for name, part in block.instalments().items()},
        "unit": "分" if block.is_money else clause.article.gives,
    }


def _names(plan: Plan) -> list[str]:
    expressions = [plan.base, plan.steps.by if plan.steps else None, *(term.base for term in plan.terms)]
    expressions += [cap.base for cap in plan.caps]
    return sorted({name for expression in expressions if expression for name in expression.names})


class _Shower:
    """Says values in words for one row."""

    def __init__(self, clause: Clause, result: Evaluation, lanes: Mapping[str, Lane]) -> None:
        self.clause, self.result, self.lanes = clause, result, lanes

    def condition(self, number: int) -> ConditionTrace:
        """Say how one condition came out."""
        condition, expression = self.clause.conditions[number]
        lane = expression.evaluate(self.lanes)
        holds = None if bool(lane.fault[0]) else bool(lane.flags[0])
        return ConditionTrace(
            condition.id, condition.text, condition.when, holds, self.seen(expression.names), condition.source
        )

    def seen(self, names: Sequence[str]) -> tuple[Seen, ...]:
        """Say the values of some fields and parameters."""
        return tuple(Seen(name, self.label(name), self.value(name)) for name in names)

    def label(self, name: str) -> Text:
        """Name of a field, parameter or key for people."""
        if name in self.result.book.fields:
            return self.result.book.fields[name].label
        given = self.clause.version.parameters.get(name)
        return given.label if given else KEY_NAMES.get(name, Text(name, name))

    def value(self, name: str) -> Text:
        """Say the value of a field, in its declared unit, or of a parameter, as it was written."""
        if name not in self.result.book.fields:
            return self._parameter(name)
        declared, lane = self.result.book.fields[name], self.lanes[name]
        if bool(lane.fault[0]):
            return Text(MISSING, MISSING)
        match declared.kind:
            case "bool":
                return Text("是", "yes") if lane.flags[0] else Text("否", "no")
            case "date":
                day = str(lane.ints[0].astype("datetime64[s]").astype("datetime64[D]"))
                return Text(day, day)
            case "string":
                text = str(lane.values.to_array()[0])
                return declared.choices.get(text, Text(text, text))
        term = self.clause.vocabulary.terms[name]
        return say_grains(int(lane.ints[0]), term.measure or Measure(), declared.unit or "1")

    def _parameter(self, name: str) -> Text:
        given = self.clause.version.parameters[name]
        if given.value is None:
            return Text(str(given.day), str(given.day))
        if given.value.is_money:
            return said_money(given.value.grains(FEN))
        return Text(given.value.written, given.value.written)

    def amount(self, grains: int) -> Text:
        """Say an amount of the result."""
        return say_grains(grains, self.clause.gives, self.clause.article.gives)

    def limits(self, plan: Plan, done: Computed) -> tuple[LimitTrace, ...]:
        """Say each cap, and the floor where it lifted."""
        caps = [
            LimitTrace(
                cap.id,
                cap.text or self._limit(cap.base),
                self.amount(int(done.limits[number][0])),
                bool(int(done.binding[0]) >> number & 1),
            )
            for number, cap in enumerate(plan.caps)
        ]
        if plan.floor is not None and bool(done.lifted[0]):
            text = plan.floor.text or Text("下限", "floor")
            caps.append(LimitTrace(plan.floor.id, text, self.amount(int(done.amount[0])), True))
        return tuple(caps)

    def reckoning(self, number: int, plan: Plan, done: Computed) -> Text:
        """Say how the amount before caps came about."""
        support = self.clause.version.support
        award: Award | None = support.cases[number] if support and support.cases else support
        result = self.amount(int(done.raw[0]))
        if award is None or plan.fixed is not None:
            return Text(f"定额 {result.zh}", f"fixed award {result.en}")
        if award.rate is not None and award.base is not None and plan.base is not None:
            base = self._base(plan.base)
            rate = award.rate.written
            return Text(f"{base.zh} × {rate} = {result.zh}", f"{base.en} × {rate} = {result.en}")
        way = Text("分档计算", "by the table of steps") if plan.steps else Text("各项合计", "sum of its parts")
        return Text(f"{way.zh} = {result.zh}", f"{way.en} = {result.en}")

    def _limit(self, base: Expression | None) -> Text:
        if base is None:
            return Text("上限", "cap")
        said = self._base(base)
        return Text(f"按{said.zh}计的上限", f"cap from {said.en}")

    def _base(self, expression: Expression) -> Text:
        """The base in words: names of fields instead of codes, and the value where it is a single field."""
        if isinstance(expression.node, Name):
            (seen,) = self.seen(expression.names)
            return Text(f"{seen.label.zh} {seen.value.zh}", f"{seen.label.en} {seen.value.en}")
        zh = en = expression.text
        names = [node for node in walk(expression.node) if isinstance(node, Name)]
        for node in sorted(names, key=lambda node: -node.place):
            label, end = self.label(node.name), node.place + len(node.name)
            zh, en = zh[: node.place] + label.zh + zh[end:], en[: node.place] + label.en + en[end:]
        zh, en = zh.replace("*", "×"), en.replace("*", "×")
        value = self._valued(expression)
        return Text(f"（{zh}{value.zh}）", f"({en}{value.en})")

    def _valued(self, expression: Expression) -> Text:
        """Say the value of a compound base, in the unit of one of its fields; nothing where no field has its unit."""
        lane, fields = expression.evaluate(self.lanes), self.result.book.fields
        measure = expression.measure or Measure()
        own = [fields[name] for name in expression.names if name in fields]
        unit = next((one.unit for one in own if one.unit and one.own.powers == measure.powers), None)
        if bool(lane.fault[0]) or unit is None:
            return Text("", "")
        return Text(" = {v}", " = {v}").format(v=say_grains(int(lane.ints[0]), measure, unit))


def _with_unit(number: str, unit: str) -> Text:
    said = units.said(unit)
    joined = "" if unit in ("%", "‰") else " "
    times = " × " if said.en[:1].isdigit() else joined
    return Text(f"{number}{joined}{said.zh}", f"{number}{times}{said.en}")


KEY_NAMES = {
    "application": Text("申报代码", "application"),
    "enterprise": Text("企业", "enterprise"),
    "region": Text("地区", "region"),
}


def say_grains(grains: int, measure: Measure, unit: str) -> Text:
    """Say a whole number of grains: money exactly in 万元 and yuan, the rest in its unit."""
    if measure.powers == MONEY:
        return said_money(grains)
    factor = units.parse(unit).factor if measure.powers or unit in ("%", "‰") else Fraction(1)
    number = exactly(grains * measure.grain / factor)
    return Text(number, number) if unit in ("1", "share") else _with_unit(number, unit)
