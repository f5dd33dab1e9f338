"""Bench: select projects of the example in stages and in the whole program, explain one; then 300 and 1,000 made-up projects.

The whole program is the check of the stages: both gaps are in money, and its time limit is honoured. Run it alone with
`python bench/run.py selection`, or here with the seconds that the whole program may take.
"""

import json
import sys
import time

import numpy as np

import haihe as hh
from haihe.messages import HaiheError
from haihe.planning.choosing import Candidates
from haihe.planning.control import Control
from haihe.planning.money import MoneySpec
from haihe.planning.projects import YI, ProjectSpec
from haihe.planning.selection import Selection, task_of
from haihe.planning.staged import choose_at_once

SECONDS = 300.0
SIZES = (300, 1000)
GAP = 0.01


Row = dict[str, str]


def row(case: str, options: int, cpu: float, worth: float, gap: float, remark: str) -> Row:
    """One record of the table; money in 100 m yuan (亿元), discounted."""
    return {
        "case": case,
        "options": f"{options:,}",
        "CPU, s": f"{cpu:.1f}",
        "worth": f"{worth:.3f}",
        "short at most": f"{gap:.4f} ({gap / worth:.2%})" if np.isfinite(gap) and worth else "—",
        "remark": remark,
    }


def example() -> tuple[Selection, Row]:
    """Select in stages, on the example."""
    region = hh.example("jing-jin-ji")
    began, clock = time.process_time(), time.perf_counter()
    selection = hh.select(region, gap=GAP)
    cpu, wall, c = time.process_time() - began, time.perf_counter() - clock, selection.chosen
    remark = f"{len(c.rounds)} rounds, {wall:.0f} s on the clock; predicted by prices {c.predicted / YI:.3f}"
    n = len(selection.task.projects.projects)
    return selection, row(f"example, {n} projects, in stages", c.choice.size, cpu, c.worth / YI, c.gap / YI, remark)


def whole(selection: Selection, seconds: float) -> Row:
    """Select in the whole program, with a time limit and an honest bound."""
    task, c = task_of(selection.region), selection.chosen
    case, began = f"the same, whole program, limit {seconds:.0f} s", time.process_time()
    model, control = task.assembly(money=True).model, Control(time_limit=seconds)
    try:
        found = choose_at_once(model, task.ties, c.nothing, gap=GAP * c.worth, control=control)
    except HaiheError as error:
        return row(
            case, c.choice.size, time.process_time() - began, np.nan, np.nan, f"no answer in time ({error.code})"
        )
    assert found is not None
    answer, cpu = found[0], time.process_time() - began
    remark = f"{'proved' if answer.proved else 'stopped'}; better than in stages by {(c.objective - answer.objective) / YI:.4f}"
    return row(case, c.choice.size, cpu, (c.nothing - answer.objective) / YI, answer.gap / YI, remark)


def explained(selection: Selection) -> list[Row]:
    """Explain a chosen project and one that is not, without and with levers."""
    frame, rows = selection.projects, []
    for status in ("chosen", "not"):
        order = frame[(frame["status"] == status) & ~selection.task.projects.short].sort_values("recomputed")
        project = str(order["project"].iloc[-1])
        for levers in (False, True):
            began = time.process_time()
            reason = selection.explain(project, levers=levers)
            cpu, size = time.process_time() - began, selection.chosen.choice.size
            case = f"explain {project} ({status}){', with levers' if levers else ''}"
            rows.append(row(case, size, cpu, reason.loss, np.nan, f"worth: the loss when forced; {reason.verdict}"))
    return rows


def multiplied(selection: Selection, n: int, seed: int = 0) -> Candidates:
    """Make n projects by drawing from the example's, sizes changed at random; room and money grow with their number."""
    rng = np.random.default_rng(seed)
    c = selection.chosen.candidates
    spec, money = c.projects, c.money
    assert money is not None
    free = np.flatnonzero(
        ~spec.committed & ~spec.anyway & ~spec.short & np.isin(np.arange(len(spec.projects)), spec.project)
    )
    drawn, size = rng.choice(free, n), rng.uniform(0.6, 1.4, n)
    options = [np.flatnonzero(spec.project == p) for p in drawn]
    option, project = np.concatenate(options), np.repeat(np.arange(n), [len(o) for o in options])
    times = n / free.size
    of_project = {
        name: getattr(spec, name)[drawn] * size
        for name in ("capacity", "jobs", "given", "award", "city", "district", "need")
    }
    made = ProjectSpec(
        projects=tuple(f"M{k:04d}" for k in range(n)),
        titles=tuple(spec.titles[p] for p in drawn),
        sites=spec.sites,
        resources=spec.resources,
        units=spec.units,
        sector=spec.sector[drawn],
        ownership=tuple(spec.ownership[p] for p in drawn),
        committed=np.zeros(n, dtype=bool),
        anyway=np.zeros(n, dtype=bool),
        fund=tuple(spec.fund[p] for p in drawn),
        project=project,
        **{name: getattr(spec, name)[option] for name in ("site", "member", "start", "done")},
        investment=spec.investment[option] * size[project],
        reference=np.zeros(option.size, dtype=bool),
        uses=spec.uses[drawn] * size[:, None],
        held=spec.held,
        room=spec.room * times,
        years=spec.years,
        **of_project,
    )
    scarce = {
        name: getattr(money, name) * times
        for name in ("budget", "promised", "matching", "advance", "borrowing", "credit")
    }
    funds = MoneySpec(
        years=money.years,
        budgets=money.budgets,
        districts=money.districts,
        **{
            name: getattr(money, name)[option]
            for name in ("city_budget", "district_budget", "district", "least", "most", "fee")
        },
        delay=money.delay,
        **scarce,
    )
    worth = -selection.chosen.cut.slope[option] * size[project] * rng.uniform(0.9, 1.1, n)[project]
    return Candidates(c.assumptions, made, funds, gain=worth)


def large(selection: Selection, n: int, seconds: float) -> Row:
    """Choose among many: the small model at one set of prices, with the bound it reached."""
    candidates = multiplied(selection, n)
    small = candidates.model(Control(time_limit=seconds))
    began = time.process_time()
    relaxed = small.session.solve(method="ipx").objective
    case, size = f"{n:,} made-up projects, small model, limit {seconds:.0f} s", int(candidates.projects.project.size)
    try:
        answer = small.solve(gap=1e-3 * abs(relaxed))
    except HaiheError as error:
        return row(case, size, time.process_time() - began, np.nan, np.nan, f"no answer in time ({error.code})")
    assert answer is not None
    above = (answer.objective - relaxed) / abs(answer.objective)
    remark = f"{'proved to a thousandth' if answer.proved else 'stopped'}, {answer.nodes} nodes; bound in parts {above:.2%} above"
    return row(case, size, time.process_time() - began, -answer.objective / YI, answer.gap / YI, remark)


def main(seconds: float = SECONDS) -> None:
    """Print the table as JSON; each row on standard error as it comes."""
    selection, first = example()
    rows = [first]
    print(first, file=sys.stderr, flush=True)
    for make in (
        lambda: [whole(selection, seconds)],
        lambda: explained(selection),
        *(lambda n=n: [large(selection, n, seconds)] for n in SIZES),
    ):
        made = make()
        rows += made
        print(*made, sep="\n", file=sys.stderr, flush=True)
    note = (
        "Worth and gap in 100 m yuan (亿元), discounted. “Short at most” is proved: no choice of whole projects is better by "
        "more, as a share of what projects are worth. The made-up projects are drawn from the example's, with room and money "
        "growing with their number, and have no economy behind them."
    )
    print(json.dumps({"title": "Select whole projects", "note": note, "rows": rows}, ensure_ascii=False))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
