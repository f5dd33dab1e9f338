"""Everything that a plan shows: the tables and figures of all its parts, by key."""

from haihe.figures import Figure, Table
from haihe.planning.money_views import MoneyViews
from haihe.planning.outcome import Outcome
from haihe.planning.resource_views import ResourceViews
from haihe.planning.views import PlanViews


def money_views(plan: Outcome) -> MoneyViews | None:
    """Views of a plan's projects and money; None where it has none."""
    model = plan.model
    if model.money is None:
        return None
    return MoneyViews(
        plan.region, model.program, model.economy.assumptions, model.money, plan.solution, PlanViews(plan).source
    )


def tables_of(plan: Outcome) -> dict[str, Table]:
    """Every table of a plan by key, those of its figures included."""
    views, money = PlanViews(plan), money_views(plan)
    found = views.tables() | ResourceViews(views).tables()
    return found | (money.tables() if money is not None else {})


def figures_of(plan: Outcome) -> dict[str, Figure]:
    """Every figure of a plan by key."""
    views, money = PlanViews(plan), money_views(plan)
    found = views.figures() | ResourceViews(views).figures()
    return found | (money.figures() if money is not None else {})
