"""The check of every application under the rules, and the decision of the round: both by the library, both kept as runs."""

from collections import Counter
from typing import Any

import pandas as pd

from haihe.messages import Text
from haihe.rules.decision import Decision, select
from haihe.rules.limits import Quota
from haihe.rules.reason_words import CAUSES
from haihe.rules.reasons import Reasons, explain
from haihe.rules.rounds import Objective, Tie
from haihe.rules.rounds import Round as Batch
from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.rounds.lines import Applied, applied, inputs_of, lines, reasons_of, taking_part, traced_lines
from haihe.workspace.rounds.models import Line, Round, Run
from haihe.workspace.rounds.reviewing import FULL, scores_of
from haihe.workspace.rounds.rules import abilities
from haihe.workspace.rounds.runs import keep
from haihe.workspace.rounds.states import RANKED, REVIEWED, REVIEWING

SOURCE = Text("本批次申报、评审与办法文件", "applications, reviews and rules of this round")
MOST_OPTIMAL = 100
"""Applications of an optimal selection for which the smallest changes are sought; each takes some solves."""
FUNDED, RESERVE = "funded", "reserve"


def check(round_: Round, actor: Actor, work: Work | None = None) -> Run:
    """Apply the rules to every application that takes part, and keep what came out with the reckoning of each.

    Raises
    ------
    HaiheError
        ``E-RND-01`` the round is not under review, ``E-RND-17``, ``E-RND-20``, ``E-RND-21``; errors of the rules.
    """
    round_.must_be(REVIEWING)
    found = applied(round_, taking_part(round_))
    _tell(work, Text("逐条写明计算过程", "writing every reckoning"), 0.3)
    made = lines(found, traced=True)
    reasons = reasons_of(found)
    for line in made:
        line.reason = reasons.get(line.application.code, [])
    _tell(work, Text("保存结果", "keeping the result"), 0.8)
    inputs = inputs_of(round_, found.applications)
    return keep(actor, round_, "check", made, inputs, summary_of(made), _checked, ("support", "reason"))


def _checked(line: Line) -> str:
    """Give the state after a check; what was reviewed stays so while it is eligible."""
    return REVIEWED if line.state == "eligible" and line.application.state == REVIEWED else line.state


def summary_of(made: list[Line]) -> dict[str, Any]:
    """Count the lines by state and decision, and add up the amounts in fen."""
    chosen = [line for line in made if line.decision == FUNDED] if any(line.decision for line in made) else made
    return {
        "states": dict(Counter(line.state for line in made)),
        "decisions": dict(Counter(line.decision for line in made if line.decision)),
        **{name: sum(getattr(line, name) or 0 for line in chosen if line.state == "eligible")
           for name in ("support", "city", "district")},
    }  # fmt: skip


def batch_of(found: Applied) -> Batch:
    """Give the round as the library decides it."""
    round_ = found.round
    when_short: Any = round_.when_short
    return Batch(
        name=round_.name,
        candidates=found.candidates,
        source=SOURCE,
        quality="illustrative" if round_.illustrative else "official",
        budget=round_.budget,
        tails=round_.tails,
        ties=[Tie(each["column"], each["first"]) for each in round_.ties],
        when_short=when_short,
        matching=abilities(round_),
        quotas=[Quota(each["column"], int(each["most"])) for each in round_.quotas],
        pass_score=round_.pass_score,
        full_score=FULL,
        reserves=round_.reserves,
        scored=bool(round_.criteria),
        requirements=found.requirements,
    )


def rank(round_: Round, actor: Actor, work: Work | None = None) -> Run:
    """Decide the round by rank or by an optimal set, as its call says, and keep the decision with the reasons.

    Amounts are what the rules give, to the fen. A round that is ranked may be ranked again until it is published.

    Raises
    ------
    HaiheError
        ``E-RND-01``, ``E-RND-17``, ``E-RND-20``, ``E-RND-21``; errors of the library's rounds.
    """
    round_.must_be(REVIEWING, RANKED)
    reviews = scores_of(round_)
    table = None if reviews is None else reviews.frame[["application", "score"]]
    found = applied(round_, taking_part(round_), table)
    _tell(work, Text("遴选", "selecting"), 0.3)
    decision = decided(found)
    levers = decision.how == "ranked" or len(found.applications) <= MOST_OPTIMAL
    reasons = explain(decision, levers=levers, replay=False)  # each replay would decide the round anew, twice
    _tell(work, Text("保存结果", "keeping the result"), 0.8)
    made = _ranked_lines(found, decision, reasons)
    scores = {line.application.code: str(line.score) for line in made if line.score is not None}
    inputs = inputs_of(round_, found.applications, scores)

    def stands(locked: Round, run: Run) -> None:
        locked.state, locked.ranking = RANKED, run
        store(actor, "rank", locked)

    return keep(actor, round_, "rank", made, inputs, summary_of(made), lambda _: RANKED, then=stands)


def decided(found: Applied) -> Decision:
    """Select as the round's call says."""
    round_ = found.round
    if round_.how == "ranked":
        return select(batch_of(found), "ranked")
    return select(
        batch_of(found), "optimal", Objective(round_.objective["merit"], round_.objective.get("per", "project"))
    )


def _ranked_lines(found: Applied, decision: Decision, reasons: Reasons) -> list[Line]:
    rows = {str(row["application"]): row for row in decision.frame.to_dict("records")}
    causes = dict(zip(reasons.frame["application"], reasons.frame["cause"], strict=True))
    why = dict(zip(reasons.frame["application"], reasons.frame["says"], strict=True))
    changes: dict[str, list[Text]] = {}
    for one in reasons.changes[reasons.changes["status"] != "none"].itertuples() if len(reasons.changes) else ():
        changes.setdefault(str(one.application), []).append(one.says)  # type: ignore[arg-type]
    made = lines(found, traced=False)
    for line in made:
        code = line.application.code
        row = rows[code]
        line.place, line.decision = int(row["place"]), str(row["decision"])
        line.score = None if pd.isna(row["score"]) else row["score"]
        if line.decision == FUNDED:
            line.trace = traced_lines(found.evaluation, code, line.article)
        else:
            said = own_words(decision, str(causes.get(code, "")), why.get(code))
            line.reason = [text.to_dict() for text in (*said, *changes.get(code, []))]
    return made


def own_words(decision: Decision, cause: str, said: Text | None) -> list[Text]:
    """Give the reason as the applicant may read it: without the applications of others that a reason may name."""
    named = cause == "exclusion" or decision.how == "optimal"
    if named and cause not in ("ineligible", "undecided", "below_pass"):
        return [CAUSES[cause]] if cause in CAUSES else []
    return [] if said is None else [said]


def _tell(work: Work | None, words: Text, share: float) -> None:
    if work is not None:
        work.check()
        work.say(words)
        work.share(share)
