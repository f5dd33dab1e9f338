"""The rules applied to the applications of a round: one line each, with what decides it kept by hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.rules import Evaluation, evaluate, trace
from haihe.rules.candidates import PAYERS, candidates_of, requirements_of
from haihe.rules.traces import lines_of
from haihe.workspace.rounds.applying import digest, frame_of
from haihe.workspace.rounds.models import Application, Line, Round
from haihe.workspace.rounds.rules import abilities, book_of
from haihe.workspace.rounds.states import TAKEN_PART

PROMISE = "promise"
NOTICE = Text("本批次申报通知", "the call of this round")
PROMISED = Text("区级配套承诺", "the matching promised by the district")


@dataclass(frozen=True)
class Applied:
    """Applications under the rules of their round.

    Parameters
    ----------
    round : Round
    applications : sequence of Application
        In the order of their codes.
    evaluation : Evaluation
    candidates, requirements : DataFrame
        As `haihe.rules.rounds.Round` takes them; a promise that is short is a condition that fails.
    """

    round: Round
    applications: Sequence[Application]
    evaluation: Evaluation
    candidates: pd.DataFrame
    requirements: pd.DataFrame


def taking_part(round_: Round) -> list[Application]:
    """Give the applications to which the rules are applied, in the order of their codes.

    ``E-RND-17`` where one no longer says what was handed in.
    """
    found = Application.objects.filter(round=round_, state__in=TAKEN_PART).select_related("unit").order_by("code")
    for each in found:
        if digest(each) != each.sha256:
            raise HaiheError("E-RND-17", value=each.code)
    return list(found)


def applied(round_: Round, applications: Sequence[Application], scores: pd.DataFrame | None = None) -> Applied:
    """Apply the rules in force on the round's day; ``E-RND-20`` where there is no application."""
    if not applications:
        raise HaiheError("E-RND-20", value=round_.code)
    result = evaluate(book_of(round_.rules), frame_of(round_, applications), round_.day)
    candidates = candidates_of(result, scores)
    requirements = requirements_of(result, candidates)
    if round_.needs_promise:
        candidates, requirements = _with_promises(applications, candidates, requirements)
    return Applied(round_, applications, result, candidates, requirements)


def _with_promises(
    applications: Sequence[Application], candidates: pd.DataFrame, requirements: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a promise below the district's part a condition that fails."""
    promised = {each.code: each.promise or 0 for each in applications}
    rows, short = [], set()
    for one in candidates[candidates["state"] == "eligible"].to_dict("records"):
        code, due = str(one["application"]), int(one["district"])
        if promised[code] < due:
            short.add(code)
            seen = (
                code,
                PROMISE,
                NOTICE.zh,
                PROMISE,
                ">=",
                promised[code],
                due,
                "fen",
                False,
                PROMISED.zh,
                PROMISED.en,
            )
            rows.append(seen)
    if not rows:
        return candidates, requirements
    more = pd.DataFrame(rows, columns=requirements.columns).astype(requirements.dtypes.to_dict())
    together = more if requirements.empty else pd.concat([requirements, more], ignore_index=True)
    state = candidates["state"].mask(candidates["application"].isin(short), "ineligible")
    return candidates.assign(state=state), together


def inputs_of(round_: Round, applications: Sequence[Application], scores: Mapping[str, str] | None = None) -> str:
    """Give the SHA-256 of everything that decides a run."""
    terms = ("articles", "budget", "tails", "how", "objective", "when_short", "ties", "quotas", "reserves", "criteria",
             "combine", "least_reviews", "needs_promise", "year", "fund")  # fmt: skip
    said = {
        "rules": round_.rules.sha256,
        "day": round_.day.isoformat(),
        "terms": {name: getattr(round_, name) for name in terms} | {"pass_score": str(round_.pass_score)},
        "matching": abilities(round_),
        "applications": [[each.code, each.sha256, each.region, each.promise] for each in applications],
        "scores": dict(sorted((scores or {}).items())),
    }
    return hash_of(said)


def hash_of(said: Any) -> str:
    """Give the SHA-256 of JSON data."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def lines(run: Applied, traced: bool) -> list[Line]:
    """Give a line for each application, not stored yet; ``traced``: with the reckoning line by line."""
    parts = parts_of(run.evaluation)
    rows = {str(row["application"]): row for row in run.candidates.to_dict("records")}
    return [_line(run, each, rows[each.code], parts.get(each.code, []), traced) for each in run.applications]


def _line(run: Applied, each: Application, row: Mapping[Any, Any], parts: list[dict[str, Any]], traced: bool) -> Line:
    article = str(row["article"])
    own = set(article.split(";"))
    return Line(
        application=each,
        edition=each.edition,
        state=str(row["state"]),
        article=article,
        support=fen_of(row["support"]),
        city=fen_of(row["city"]),
        district=fen_of(row["district"]),
        parts=[part for part in parts if part["article"] in own],
        trace=traced_lines(run.evaluation, each.code, article) if traced else [],
    )


def fen_of(value: Any) -> int | None:
    """Give an amount as a whole number; ``None`` where it is missing."""
    return None if pd.isna(value) else int(value)


def plain_lines(trace: Sequence[Mapping[str, str]]) -> list[Text]:
    """Give a stored reckoning for a list on a page: without the dashes that indent it in plain text."""
    return [Text(each["zh"].removeprefix("- "), each["en"].removeprefix("- ")) for each in trace]


def traced_lines(result: Evaluation, code: str, articles: str) -> list[dict[str, str]]:
    """Give the reckoning of an application under its articles, in both languages."""
    said = [line for article in articles.split(";") for line in lines_of(trace(result, code, article))]
    return [line.to_dict() for line in said]


def parts_of(result: Evaluation) -> dict[str, list[dict[str, Any]]]:
    """Give, by application, the articles under which support is due, with who pays and the instalments, in fen."""
    frame = result.frame
    due = frame[(frame["unit"] == "分") & (frame["support"].fillna(0) > 0)]
    paid = result.payments
    instalments: dict[tuple[str, str], list[list[Any]]] = {}
    for one in paid.to_dict("records"):
        key = (str(one["application"]), f"{one['scheme']}/{one['article']}")
        instalments.setdefault(key, []).append([str(one["instalment"]), int(one["amount"])])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in due.to_dict("records"):
        code, article = str(row["application"]), f"{row['scheme']}/{row['article']}"
        sides = {"city": 0, "district": 0}
        for payer in result.payers:
            sides[PAYERS.get(payer, "city")] += fen_of(row[payer]) or 0
        part = {"article": article, "version": str(row["version"]), "support": int(row["support"]), **sides}
        found.setdefault(code, []).append(part | {"instalments": instalments.get((code, article), [])})
    return found


def reasons_of(run: Applied) -> dict[str, list[dict[str, str]]]:
    """Give why applications are not eligible or cannot be decided, by code."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in run.requirements.to_dict("records"):
        said = Text("{a}：{t}", "{a}: {t}").format(a=row["article"], t=Text(str(row["text_zh"]), str(row["text_en"])))
        found.setdefault(str(row["application"]), []).append(said.to_dict())
    return found
