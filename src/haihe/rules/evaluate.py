"""Apply rules to applications: eligible or not and why, support before and after each cap, stacking, who pays.

Every application meets every article in force on its day (or those it names). All of it is arrays: a block holds one
version of an article and the rows it was applied to.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.rules.applications import Applications, read_applications, with_enterprises
from haihe.rules.blocks import Block, State, compact
from haihe.rules.book import Rulebook
from haihe.rules.clauses import Clause
from haihe.rules.computing import Lanes, compute
from haihe.rules.lanes import Lane, Masks
from haihe.rules.money import Flags, Ints, Rounding, times
from haihe.rules.outcome import Evaluation
from haihe.rules.quantities import MONEY
from haihe.rules.scheme import Stacking
from haihe.rules.stacking import Group, in_force, qualified, removed_by


def evaluate(
    book: Rulebook,
    applications: pd.DataFrame,
    as_of: dt.date | str,
    drafts: Sequence[str] = (),
    enterprises: pd.DataFrame | None = None,
) -> Evaluation:
    """Apply a rulebook to a table of applications.

    Parameters
    ----------
    book : Rulebook
    applications : DataFrame
        One row an application; see `haihe.rules.applications.read_applications`. Money in the declared unit.
    as_of : date or str
        Day whose rules apply, or the column that holds it for each row.
    drafts : sequence of str
        Draft schemes to apply over the law in force.
    enterprises : DataFrame, optional
        One row an enterprise (column ``enterprise``) with fields that all its applications share.

    Returns
    -------
    Evaluation

    Raises
    ------
    HaiheError
        As `read_applications`; ``E-RUL-28`` an unknown draft, ``E-RUL-40`` an amount too large for 64 bits.
    """
    book.check_drafts(drafts)
    table = applications if enterprises is None else with_enterprises(applications, enterprises)
    rows = read_applications(book, table, as_of)
    blocks = [block for law, code in _articles(book, drafts) for block in _article(book, rows, law, code, drafts)]
    groups = _groups(book, drafts)
    for group in groups:
        _stack(group, blocks, rows)
    return Evaluation(book, rows, tuple(blocks), groups)


def _articles(book: Rulebook, drafts: Iterable[str]) -> list[tuple[str, str]]:
    active = {code for code, scheme in book.schemes.items() if scheme.status != "draft"} | set(drafts)
    return sorted({(clause.law, clause.code) for clause in book.clauses if clause.scheme.scheme in active})


def _article(book: Rulebook, rows: Applications, law: str, code: str, drafts: Sequence[str]) -> list[Block]:
    """Apply every version of an article to the rows of its time."""
    asked = np.ones(len(rows), dtype=bool)
    if rows.wanted is not None:
        full = f"{law}/{code}"
        codes, sets = pd.factorize(rows.wanted)
        asked = np.array([full in wanted for wanted in sets], dtype=bool)[codes]
    blocks, open_ = [], asked.copy()
    for clause in book.clauses_of(law, code, drafts):
        version = clause.version
        last = np.datetime64(version.valid_to) if version.valid_to else np.datetime64("9999-12-31")
        here = open_ & (rows.days >= np.datetime64(version.valid_from)) & (rows.days <= last)
        open_ &= ~here
        if here.any():
            blocks.append(apply_clause(clause, rows, np.flatnonzero(here)))
    if rows.wanted is not None and open_.any():
        blocks.append(Block.not_in_force(law, code, np.flatnonzero(open_)))
    return blocks


def lanes_of(clause: Clause, rows: Applications, where: npt.NDArray[np.intp]) -> dict[str, Lane]:
    """Give the fields and parameters that a clause uses, over some rows."""
    terms = clause.vocabulary.terms
    lanes = {name: rows.lane(name, terms[name].kind, bit, where) for bit, name in enumerate(clause.names)}
    return lanes | {name: term.value for name, term in clause.parameters.items() if term.value is not None}


def apply_clause(clause: Clause, rows: Applications, where: npt.NDArray[np.intp]) -> Block:
    """Apply one version of an article to some rows."""
    lanes, n = lanes_of(clause, rows, where), len(where)
    failed, unsure, missing = _conditions(clause, lanes, n)
    plan, no_case, unsure_case, missing_case = _cases(clause, lanes, n)
    last = np.uint64(1 << len(clause.conditions))
    failed |= np.where(no_case & (failed == 0), last, np.uint64(0))
    undecided = (failed == 0) & ((unsure != 0) | unsure_case)
    missing = np.where(failed != 0, np.uint64(0), missing | np.where(unsure_case, missing_case, np.uint64(0)))
    state = np.where(failed != 0, State.INELIGIBLE, np.where(undecided, State.UNDECIDED, State.ELIGIBLE)).astype(
        np.int8
    )
    block = Block(
        law=clause.law,
        code=clause.code,
        clause=clause,
        rows=where.astype(np.int32),
        state=state,
        failed=compact(failed),
        missing=missing,
        plan=np.where(state == State.ELIGIBLE, plan, -1).astype(np.int8),
        raw=np.zeros(n, dtype=np.int64),
        entitled=np.zeros(n, dtype=np.int64),
        binding=np.zeros(n, dtype=np.uint64),
        lifted=np.zeros(n, dtype=bool),
        removed=np.zeros(n, dtype=np.int64),
        taker=np.full(n, -1, dtype=np.int16),
        names=list(clause.names),
    )
    _amounts(block, clause, lanes)
    block.missing, block.binding = compact(block.missing), compact(block.binding)
    return block


def _conditions(clause: Clause, lanes: Lanes, n: int) -> tuple[Masks, Masks, Masks]:
    """Masks of failed and undecided conditions, and of the fields whose absence leaves them undecided."""
    failed, unsure, missing = (np.zeros(n, dtype=np.uint64) for _ in range(3))
    for bit, (_, expression) in enumerate(clause.conditions):
        lane = expression.evaluate(lanes)
        fault = lane.fault
        failed |= np.where(~fault & ~lane.flags, np.uint64(1 << bit), np.uint64(0))
        unsure |= np.where(fault, np.uint64(1 << bit), np.uint64(0))
        missing |= lane.missing
    return failed, unsure, missing


def _cases(clause: Clause, lanes: Lanes, n: int) -> tuple[Ints, Flags, Flags, Masks]:
    """The first case that holds; whether none does; whether that is undecided, and for want of which fields."""
    plan = np.full(n, -1, dtype=np.int64)
    unsure, missing = np.zeros(n, dtype=bool), np.zeros(n, dtype=np.uint64)
    for number, case in enumerate(clause.plans):
        if case.when is None:
            plan[plan < 0] = number
            continue
        lane = case.when.evaluate(lanes)
        open_ = (plan < 0) & ~unsure
        fault = np.broadcast_to(lane.fault, (n,))
        plan = np.where(open_ & ~fault & lane.flags, number, plan)
        missing = np.where(open_ & fault, np.broadcast_to(lane.missing, (n,)), missing)
        unsure |= open_ & fault
    no_case = (plan < 0) & ~unsure & bool(clause.plans)
    return plan, no_case, unsure, missing


def _amounts(block: Block, clause: Clause, lanes: Lanes) -> None:
    """Fill in the amounts of the eligible rows, one award at a time."""
    for number, plan in enumerate(clause.plans):
        at = np.flatnonzero(block.plan == number)
        if not len(at):
            continue
        part = {name: lane.pick(at, len(block.rows)) for name, lane in lanes.items()}
        done = compute(plan, part, len(at), clause.rounding, negative=clause.article.kind == "score")
        fault = (done.missing != 0) | done.broken
        block.state[at[fault]] = State.UNDECIDED
        block.missing[at] |= done.missing
        block.raw[at] = np.where(fault, 0, done.raw)
        block.entitled[at] = np.where(fault, 0, done.amount)
        block.binding[at] = np.where(fault, 0, done.binding)
        block.lifted[at] = done.lifted & ~fault


def _groups(book: Rulebook, drafts: Sequence[str]) -> tuple[Group, ...]:
    """Stacking rules in force: the exclusive ones first, then by scheme and code; a draft's before the law's."""
    rules: dict[tuple[str, str], Stacking] = {}
    for code, scheme in book.schemes.items():
        if scheme.status == "draft" and code not in drafts:
            continue
        law = scheme.amends or code
        for rule in scheme.stacking:
            if scheme.status == "draft" or (law, rule.id) not in rules:
                rules[(law, rule.id)] = rule
    ordered = sorted(rules.items(), key=lambda item: (item[1].kind != "exclusive", item[0]))
    return tuple(_group(book, law, rule) for (law, _), rule in ordered)


def _group(book: Rulebook, law: str, rule: Stacking) -> Group:
    money = {f"{c.law}/{c.code}" for c in book.clauses if c.gives.powers == MONEY and c.plans}
    if rule.articles == ("all",):
        articles = money
    elif rule.articles is None:
        articles = {code for code in money if code.startswith(f"{law}/")}
    else:
        articles = {qualified(code, law) for code in rule.articles}
    cap = rule.cap.grains(Fraction(1, 100)) if rule.cap else None
    return Group(law, rule, tuple(sorted(articles)), cap, rule.rate.value if rule.rate else Fraction(1))


def _stack(group: Group, blocks: Sequence[Block], rows: Applications) -> None:
    """Take from the awards of a group what its rule does not allow; rows that cannot be grouped are undecided."""
    parts = [
        (block, _in_group(group, block, rows)) for block in blocks if f"{block.law}/{block.code}" in group.articles
    ]
    parts = [(block, at) for block, at in parts if len(at)]
    if not parts:
        return
    where = np.concatenate([block.rows[at] for block, at in parts])
    awards = pd.DataFrame(
        {
            "application": rows.keys["application"][where],
            "article": np.concatenate([np.full(len(at), f"{b.law}/{b.code}", dtype=object) for b, at in parts]),
            "amount": np.concatenate([b.entitled[at] - b.removed[at] for b, at in parts]),
        }
    )
    keys = [rows.key(name)[where] for name in group.rule.within]
    removed = removed_by(group, awards, keys, _caps(group, rows, where))
    start = 0
    for block, at in parts:
        block.take(at, removed[start : start + len(at)], group.name)
        start += len(at)


def _in_group(group: Group, block: Block, rows: Applications) -> npt.NDArray[np.intp]:
    """Eligible rows with an award to which a stacking rule applies; those without a key become undecided."""
    due = (
        (block.state == State.ELIGIBLE) & (block.entitled > block.removed) & in_force(group.rule, rows.days[block.rows])
    )
    needed = (*group.rule.within, *([group.rule.of] if group.rule.of else []))
    for name in needed:
        lost = due & rows.key_missing(name)[block.rows]
        block.leave_open(np.flatnonzero(lost), name)
        due &= ~lost
    return np.flatnonzero(due)


def _caps(group: Group, rows: Applications, where: npt.NDArray[np.intp]) -> Ints | None:
    """Most of the group of each row: an amount, or a share of a field of the row."""
    if group.cap is not None:
        return np.full(len(where), group.cap, dtype=np.int64)
    if group.rule.of is None:
        return None
    filled = rows.fields[group.rule.of].rows(where)
    return times(filled.values, group.ratio, Rounding(1, "down"))
