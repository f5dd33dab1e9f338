"""Pages of a round's rules: its articles as they stand on its day, and the scheme file as it was kept by its hash."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from haihe.messages import Text
from haihe.rules.clauses import Clause
from haihe.rules.traces import PAYERS
from haihe.workspace.frame.access import Request, page
from haihe.workspace.frame.lists import attachment
from haihe.workspace.rounds.actions import READ
from haihe.workspace.rounds.call_pages import trail_of
from haihe.workspace.rounds.models import Round
from haihe.workspace.rounds.rules import anchor_of, clauses_of, instalment_name

ARTICLES = Text("办法与条款", "Rules and articles")


@page(READ, of=Round)
def articles(request: Request, thing: Round) -> HttpResponse:
    """Show the articles of a round: where they stand, their conditions, what they pay, and the whole file."""
    more = {
        "thing": thing,
        "articles": [_said(full, clause) for full, clause in clauses_of(thing).items()],
        "text": thing.rules.checked(),
        "title": ARTICLES,
        "trail": trail_of(thing, (ARTICLES, "")),
    }
    return render(request, "rounds/articles.html", more)


@page(READ, of=Round)
def rules(request: Request, thing: Round) -> HttpResponse:
    """Give the scheme file of a round, as it was kept by its hash."""
    del request
    return attachment(thing.rules.checked().encode(), f"{thing.rules.sha256[:12]}.yaml", "text/plain; charset=utf-8")


def _said(full: str, clause: Clause) -> dict[str, Any]:
    version = clause.version
    caps = [cap.text for plan in clause.plans for cap in plan.caps if cap.text]
    weights = version.split.weights if version.split else {}
    whole = sum(weights.values())
    return {
        "code": full,
        "id": anchor_of(full),
        "title": clause.article.title,
        "scheme": clause.scheme.title,
        "version": version,
        "conditions": [condition.text for condition, _ in clause.conditions],
        "caps": caps,
        "split": [(PAYERS.get(payer, Text(payer, payer)), _percent(part / whole)) for payer, part in weights.items()],
        "instalments": [(instalment_name(clause, each.id), _percent(each.share)) for each in version.instalments],
    }


def _percent(share: Any) -> str:
    return f"{float(share * 100):.6g} %"
