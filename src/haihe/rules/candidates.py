"""From an evaluation to the candidates of a round, with the conditions that each application fails.

Support of an application that fails one threshold of money alone is what the rules would give were the field just at
the threshold: the rules are applied again to find it. So a round can say whether mending that one field would have
been enough.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.rules.blocks import Block
from haihe.rules.clauses import Clause
from haihe.rules.evaluate import evaluate, lanes_of
from haihe.rules.expression import Expression
from haihe.rules.lanes import Lane
from haihe.rules.money import fen, summed
from haihe.rules.outcome import Evaluation
from haihe.rules.quantities import MONEY
from haihe.rules.rounds import REQUIREMENT_COLUMNS
from haihe.rules.traces import ConditionTrace
from haihe.rules.tracing import trace
from haihe.rules.tree import Call, Name

Side = Literal["city", "district"]
PAYERS: dict[str, Side] = {"city": "city", "district": "district", "zone": "district"}
"""Which side of the split a payer is counted on."""
SENSES = {"_>=_": ">=", "_<=_": "<="}
TURNED = {">=": "<=", "<=": ">="}
DAY = "day of the rules"
STANDING = {"eligible": 0, "undecided": 1, "ineligible": 2}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A condition that compares one field of money with a value: field, sense, seen and bound in fen."""

    field: str
    sense: str
    seen: int | None
    bound: int


def candidates_of(
    evaluation: Evaluation,
    scores: pd.DataFrame | None = None,
    payers: Mapping[str, Side] = PAYERS,
    funds: Collection[str] | None = None,
) -> pd.DataFrame:
    """Give the candidates of a round from applications under rules.

    An application that is due support under several articles, as far as stacking allows, stands with their sum.

    Parameters
    ----------
    evaluation : Evaluation
    scores : DataFrame, optional
        ``application`` and ``score``; an application without a row has no score.
    payers : mapping
        On which side of the split each payer is counted: ``city`` or ``district``.
    funds : collection of str, optional
        Only articles of these funds; a round is the call of one fund as a rule.

    Returns
    -------
    DataFrame
        One row an application: ``application``, ``enterprise``, ``region``, ``article`` (``scheme/article``; several
        joined by ``;``), ``support``, ``city``, ``district`` (fen), ``state``, ``score``, and the applications' own
        columns.

    Raises
    ------
    HaiheError
        ``E-RUL-90`` for a payer on neither side.
    """
    frame = evaluation.frame
    kept = frame[(frame["unit"] == "分") & frame["state"].isin(list(STANDING))].astype({"state": str})
    kept = kept if funds is None else kept[kept["fund"].isin(list(funds))]
    odd = [p for p in evaluation.payers if p not in payers and kept[p].fillna(0).ne(0).any()]
    if odd:
        raise HaiheError("E-RUL-90", value=", ".join(odd))
    full = kept["scheme"].astype(str) + "/" + kept["article"].astype(str)
    kept = _sided(kept.assign(article=full), payers)
    table = _with_dues(evaluation, _one_each(kept), payers)
    given = pd.DataFrame(columns=["application", "score"]) if scores is None else scores[["application", "score"]]
    table = table.merge(given.astype({"application": str}), on="application", how="left")
    own = evaluation.applications.frame
    own = own.drop(columns=[name for name in own if name in table and name != "application"])
    return table.merge(own.astype({"application": str}), on="application", how="left")


def _sided(frame: pd.DataFrame, payers: Mapping[str, Side]) -> pd.DataFrame:
    """Bring every payer to its side of the split; amounts of what is undecided stay missing."""
    sides: dict[Side, list[str]] = {
        side: [payer for payer, where in payers.items() if where == side and payer in frame]
        for side in ("city", "district")
    }
    open_, nothing = frame["state"].eq("undecided"), frame["support"].fillna(0) * 0
    parts = {side: sum((frame[payer].fillna(0) for payer in own), nothing) for side, own in sides.items()}
    amounts = {"support": frame["support"].fillna(0)} | {str(side): part for side, part in parts.items()}
    first = ["application", "enterprise", "region", "article", "state", "failed"]
    return frame[first].assign(**{name: amount.mask(open_) for name, amount in amounts.items()})


def _one_each(kept: pd.DataFrame) -> pd.DataFrame:
    """Add up what an application is due; one that is due nothing keeps the article that it came nearest to."""
    due = kept[kept["support"].fillna(0) > 0]
    sums = due.groupby("application", sort=False).agg(
        enterprise=("enterprise", "first"), region=("region", "first"), article=("article", ";".join),
        state=("state", "first"),
    )  # fmt: skip
    sums = sums.join(summed(due, ["application"], ["support", "city", "district"]))
    rest = kept[~kept["application"].isin(sums.index)]
    failed = rest["failed"].astype(str)
    order = rest.assign(standing=rest["state"].map(STANDING), failures=failed.str.count(";") + failed.ne(""))
    nearest = order.sort_values(["application", "standing", "failures"], kind="stable").drop_duplicates("application")
    return pd.concat([sums.reset_index(), nearest[["application", *sums.columns]]], ignore_index=True)


def requirements_of(evaluation: Evaluation, candidates: pd.DataFrame) -> pd.DataFrame:
    """Give the conditions that the candidates who are not eligible fail or leave open, for `Round.requirements`.

    Parameters
    ----------
    evaluation : Evaluation
    candidates : DataFrame
        Of `candidates_of`.

    Returns
    -------
    DataFrame
        Columns of `haihe.rules.rounds.REQUIREMENT_COLUMNS`.
    """
    rows = [
        row
        for one in candidates[candidates["state"] != "eligible"].itertuples()
        for row in _conditions_of(evaluation, str(one.application), str(one.article))
    ]
    table = pd.DataFrame(rows, columns=list(REQUIREMENT_COLUMNS))
    return table.astype({"seen": "Int64", "bound": "Int64", "met": "boolean"})


def _conditions_of(evaluation: Evaluation, application: str, article: str) -> Iterator[tuple[object, ...]]:
    """Give the conditions of one application that do not hold."""
    block, place = evaluation.find(application, article)
    found = trace(evaluation, application, article)
    source = found.source
    cited = f"{source.document}{source.article or ''}" if source else article
    if found.state == "undecided" and found.missing:
        names = Text("、".join(name.zh for name in found.missing), ", ".join(name.en for name in found.missing))
        says = Text("缺少数据：{n}", "missing: {n}").format(n=names)
        yield application, "missing", cited, "missing", "", None, None, "", None, says.zh, says.en
        return
    for number, condition in enumerate(found.conditions):
        if condition.holds:
            continue
        at = _threshold(evaluation, block, place, number)
        if at is None:
            says = _with_values(condition)
            yield application, condition.id, cited, condition.id, "", None, None, "", condition.holds, says.zh, says.en
        else:
            label = evaluation.book.fields[at.field].label
            values = (at.sense, at.seen, at.bound, "fen", condition.holds)
            yield application, condition.id, cited, at.field, *values, label.zh, label.en
    if found.state == "ineligible" and all(condition.holds for condition in found.conditions):
        says = Text("不属于本条规定的任何情形", "none of the cases of the article applies")
        yield application, "no-case", cited, "no-case", "", None, None, "", False, says.zh, says.en


def _with_values(condition: ConditionTrace) -> Text:
    """Say a condition that does not hold, with the values seen, as the list of awards does."""
    zh = "，".join(f"{seen.label.zh}为{seen.value.zh}" for seen in condition.seen)
    en = ", ".join(f"{seen.label.en} is {seen.value.en}" for seen in condition.seen)
    return Text(f"未满足“{condition.text.zh}”（{zh}）", f"“{condition.text.en}” does not hold ({en})")


def _threshold(evaluation: Evaluation, block: Block, place: int, number: int) -> Threshold | None:
    """Read a condition as field against value, both of money; None where it is anything else."""
    clause = block.clause
    if clause is None:
        return None
    expression = clause.conditions[number][1]
    node = expression.node
    if not isinstance(node, Call) or node.function not in SENSES:
        return None
    sides = list(node.args)
    sense = SENSES[node.function]
    if not _is_money_field(sides[0], clause, evaluation):
        sides, sense = sides[::-1], TURNED[sense]
    field = sides[0]
    if not _is_money_field(field, clause, evaluation) or not isinstance(field, Name):
        return None
    lanes = lanes_of(clause, evaluation.applications, np.array([block.rows[place]]))
    bound = _value(replace(expression, node=sides[1]), lanes)
    return (
        None if bound is None else Threshold(field.name, sense, _value(replace(expression, node=field), lanes), bound)
    )


def _is_money_field(node: object, clause: Clause, evaluation: Evaluation) -> bool:
    """Say whether a node is a declared field of money."""
    if not isinstance(node, Name) or node.name not in evaluation.book.fields:
        return False
    measure = clause.vocabulary.terms[node.name].measure
    return measure is not None and measure.powers == MONEY


def _value(expression: Expression, lanes: Mapping[str, Lane]) -> int | None:
    """Value of an expression in one row; None where it is missing."""
    lane = expression.evaluate(lanes)
    return None if bool(lane.fault[0]) else int(lane.ints[0])


def _with_dues(evaluation: Evaluation, table: pd.DataFrame, payers: Mapping[str, Side]) -> pd.DataFrame:
    """Put in what would be due to those who fail one threshold of money alone, each as if only it changed.

    Applications of one enterprise are taken in different passes, since stacking may join them.
    """
    wanted: dict[str, tuple[str, Decimal]] = {}
    for row in table[table["state"] == "ineligible"].itertuples():
        change = _mended(evaluation, str(row.application), str(row.article))
        if change is not None:
            wanted[str(row.application)] = change
    firms = table.set_index("application")["enterprise"].reindex(list(wanted))
    turn = firms.fillna("").groupby(firms.fillna("")).cumcount()
    for number in sorted(set(turn)):
        names = list(turn.index[turn == number])
        again = _again(evaluation, {name: wanted[name] for name in names})
        mended = _dues(again.frame, names, table, payers)
        for column in ("support", "city", "district"):
            table.loc[table["application"].isin(names), column] = table["application"].map(mended[column])
    return table


def _mended(evaluation: Evaluation, application: str, article: str) -> tuple[str, Decimal] | None:
    """Field and value, in its declared unit, that would mend the only condition that fails."""
    block, place = evaluation.find(application, article)
    failed = int(block.failed[place])
    if block.clause is None or failed.bit_count() != 1 or failed.bit_length() > len(block.clause.conditions):
        return None
    at = _threshold(evaluation, block, place, failed.bit_length() - 1)
    if at is None:
        return None
    unit = evaluation.book.fields[at.field].unit or "元"
    exact = Fraction(at.bound, fen(1, unit))
    return at.field, Decimal(exact.numerator) / Decimal(exact.denominator)


def _again(evaluation: Evaluation, changes: Mapping[str, tuple[str, Decimal]]) -> Evaluation:
    """Apply the same rules with some fields changed."""
    rows = evaluation.applications
    frame = rows.frame.assign(**{DAY: pd.Series(rows.days.astype("datetime64[s]"))})
    for field in {field for field, _ in changes.values()}:
        column = frame[field].astype(object)
        for application, (name, value) in changes.items():
            if name == field:
                column = column.mask(frame["application"].astype(str) == application, value)
        frame[field] = column
    drafts = sorted({b.clause.scheme.scheme for b in evaluation.blocks if b.clause is not None and b.clause.is_draft})
    return evaluate(evaluation.book, frame, DAY, drafts)


def _dues(frame: pd.DataFrame, names: list[str], table: pd.DataFrame, payers: Mapping[str, Side]) -> pd.DataFrame:
    """Amounts of some applications under the articles they already stand under, by application."""
    full = frame["scheme"].astype(str) + "/" + frame["article"].astype(str)
    own = _sided(frame.assign(article=full)[frame["application"].isin(names)], payers)
    own = own.merge(table[["application", "article"]], on=["application", "article"])
    return own.drop_duplicates("application").set_index("application")[["support", "city", "district"]]
