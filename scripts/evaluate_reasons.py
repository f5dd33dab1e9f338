"""Check every reason of the example against choices made again from nothing: ``python scripts/evaluate_reasons.py``.

Writes docs/evidence/reasons-example.md. Takes about half an hour of one core. The reasons are those that
`Selection.reasons` gives; what they are checked against knows none of their cuts, starts or shortcuts.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import haihe as hh
from haihe.messages import HaiheError
from haihe.planning.choosing import Candidates, Choosing, Valuer
from haihe.planning.program import Floats
from haihe.planning.projects import YI
from haihe.planning.reason_levers import levers_of, worth_more
from haihe.planning.reasons import Change, Reason
from haihe.planning.selection import Selection

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence" / "reasons-example.md"
CLOSE = 3e-6
"""Gap of a choice made from nothing, bn yuan."""
AGREES = 1e-3
"""Difference of two losses up to which they agree, 亿元: twice the gap of a forced solve, and of the check."""
TURNS = 20

Force = Callable[[Choosing], None]


@dataclass(frozen=True)
class Again:
    """A choice made from nothing: what the plan with it costs, the bound, and the choice."""

    objective: float
    bound: float
    choice: Floats


def chosen_again(
    candidates: Candidates, valuer: Valuer, force: Force | None = None, *, accounts: bool = False
) -> Again | None:
    """Choose from nothing: no cut is known but that of the reference path; None where no choice is possible."""
    bare = replace(candidates, cuts=(valuer.cut(candidates.projects.reference.astype(np.float64)),))

    def small() -> Choosing:
        made = bare.model(accounts=accounts)
        if force is not None:
            force(made)
        return made

    before = -np.inf
    for _ in range(6):
        made = small()
        try:
            parts = made.session.solve(method="simplex")
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            return None
        bare = bare.plus([valuer.cut(np.clip(parts.value(made.projects.choice), 0.0, 1.0))])
        if parts.objective - before < 1e-4:
            break
        before = parts.objective
    gain = np.zeros(bare.projects.project.size) if bare.gain is None else bare.gain
    aside = float(gain[bare.projects.reference].sum())
    best = Again(np.inf, -np.inf, np.empty(0))
    for _ in range(TURNS):
        made = small()
        answer = made.solve(gap=CLOSE / 3)
        if answer is None:
            return None
        z = made.choice(answer)
        made.free()
        cut = valuer.cut(z)
        bare = bare.plus([cut])
        objective = cut.cost + made.money_cost(z) - float(gain @ z) + aside
        bound = max(best.bound, answer.bound)
        best = Again(objective, bound, z) if objective < best.objective else replace(best, bound=bound)
        if best.objective - best.bound <= CLOSE:
            break
    return best


def loss_again(s: Selection, reason: Reason) -> float:
    """Loss of one project forced to the other side, 亿元, all chosen again from nothing; infinite where impossible."""
    p = s.basis.place(reason.project)
    found = chosen_again(s.basis.candidates, s.valuer, lambda small: small.force(p, not reason.built))
    return np.inf if found is None else (found.objective - s.basis.objective) / YI


def border_again(s: Selection, reason: Reason, change: Change) -> bool:
    """Say whether the outcome stays just below a border and turns at it, all chosen again from nothing and unforced."""
    p, bare = s.basis.place(reason.project), s.basis.candidates

    def inside(amount: float) -> bool:
        if change.lever == "value":
            changed = worth_more(bare, p, -amount if reason.built else amount)
        else:
            own = next(x for x in levers_of(bare, p) if (x.name, x.of) == (change.lever, change.of))
            changed = own.apply(bare, amount)
        found = chosen_again(changed, s.valuer)
        return found is not None and bool(found.choice[bare.projects.project == p].sum() > 0.5)

    return inside(change.below) == reason.built and inside(change.at) != reason.built


@dataclass(frozen=True)
class Checked:
    """What was found: the reasons, losses again, borders again (by lever), and CPU seconds of each step."""

    reasons: Sequence[Reason]
    losses: dict[str, float]
    borders: dict[tuple[str, str, str], bool]
    seconds: dict[str, float]

    @property
    def apart(self) -> float:
        """Largest difference of a loss from that chosen again, 亿元."""
        known = [r for r in self.reasons if np.isfinite(r.loss) and r.project in self.losses]
        return max((abs(r.loss - self.losses[r.project]) for r in known), default=0.0)


def checked(s: Selection, reasons: Sequence[Reason], say: Callable[[str], None] = print) -> Checked:
    """Check every loss and every border."""
    began = time.process_time()
    losses = {}
    for reason in reasons:
        if reason.verdict not in ("committed", "rules") and reason.cause != "years":
            losses[reason.project] = loss_again(s, reason)
            say(f"{reason.project} {reason.verdict} {reason.loss:.5f} again {losses[reason.project]:.5f}")
    halfway = time.process_time()
    borders = {}
    for reason in reasons:
        for change in reason.changes:
            if change.found:
                key = reason.project, change.lever, change.of
                borders[key] = border_again(s, reason, change)
                say(
                    f"{' '.join(key)} {change.below:.6g} {change.at:.6g} {'holds' if borders[key] else 'DOES NOT HOLD'}"
                )
    seconds = {"losses": halfway - began, "borders": time.process_time() - halfway}
    return Checked(reasons, losses, borders, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", type=Path, help="file of the reasons, to go on from")
    parser.add_argument("--out", type=Path, default=PAGE, help="page to write")
    given = parser.parse_args()
    clock = [time.process_time()]
    s = hh.select(hh.example("jing-jin-ji"))
    clock.append(time.process_time())
    s.reasons(levers=False)
    clock.append(time.process_time())
    found = s.reasons(journal=given.journal).reasons
    clock.append(time.process_time())
    done = checked(s, found, lambda text: print(text, flush=True))
    steps = dict(zip(("selection", "reasons", "levers"), np.diff(clock).tolist(), strict=True))
    given.out.write_text(document(s, replace(done, seconds=steps | done.seconds)), encoding="utf-8")


def document(s: Selection, done: Checked) -> str:
    """Make the page."""
    forced = sum(reason.verdict not in ("committed", "rules") for reason in done.reasons)
    verdicts = Counter(reason.verdict for reason in done.reasons)
    losses = np.array([reason.loss for reason in done.reasons if np.isfinite(reason.loss)])
    spread = np.quantile(losses, [0, 0.25, 0.5, 0.75, 1])
    lines = [
        "# Reasons of the example's projects, checked",
        "",
        "Made by `scripts/evaluate_reasons.py` at the commit that adds this page. Reasons of the projects of the "
        "example, checked against choices made again from nothing: no cut, start or shortcut of the explanation is "
        "known to the check. Losses in 亿元, discounted. Seconds of CPU on one core of a shared machine.",
        "",
        f"- The selection adds {s.chosen.worth / YI:.2f} 亿元; its gap is {s.basis.gap / YI:.5f} 亿元 (proved again before "
        "reasons are given).",
        f"- {len(done.reasons)} projects: "
        + ", ".join(f"{count} {name}" for name, count in verdicts.most_common())
        + ".",
        "- Losses when forced: least "
        + ", quartile ".join(f"{x:.4f}" for x in spread[:2])
        + f", median {spread[2]:.4f}, quartile {spread[3]:.4f}, most {spread[4]:.4f}.",
        f"- {len(done.losses)} of the {forced} projects that are neither started nor held back by the rules were forced again "
        "from nothing. The largest difference between the two losses is "
        f"{done.apart:.1e} 亿元.",
        f"- {sum(not np.isfinite(x) for x in done.losses.values())} of them have no choice when forced; the explanation says "
        f"impossible for {verdicts['impossible']}.",
        "",
        "| Step | CPU seconds |",
        "|---|---|",
        *(f"| {name} | {value:.0f} |" for name, value in done.seconds.items()),
        "",
        "Steps: the selection; reasons without levers; the same with levers (both from the selection on); then the check of "
        "losses and that of borders.",
        "",
        "## Borders of levers",
        "",
        "Each border was replayed by the explanation itself just below and just above with nothing forced; then everything was "
        "chosen again from nothing at both amounts.",
        "",
        "| Lever | Tried | Found | Held in the explanation | Chosen again from nothing | Held there |",
        "|---|---|---|---|---|---|",
    ]
    changes = [(reason.project, change) for reason in done.reasons for change in reason.changes]
    for lever in dict.fromkeys(change.lever for _, change in changes):
        own = [(name, change) for name, change in changes if change.lever == lever]
        found = [(name, change) for name, change in own if change.found]
        keys = [(name, change.lever, change.of) for name, change in found]
        again = [done.borders[key] for key in keys if key in done.borders]
        held = sum(bool(change.held) for _, change in found)
        lines.append(f"| {lever} | {len(own)} | {len(found)} | {held} | {len(again)} | {sum(again)} |")
    causes = Counter(f"{r.cause} {r.of}".strip() for r in done.reasons if r.cause)
    lines += [
        "",
        "Causes of projects left out: " + ", ".join(f"{c} {name}" for name, c in causes.most_common()) + ".",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
