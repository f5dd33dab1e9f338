"""Everything that a plan shows: the tables and figures of all its parts, by key."""

from collections.abc import Iterable

from haihe.figures import Figure, Table
from haihe.planning.goal_views import absent_view, indicator_view, limits_view, roles_view, targets_view
from haihe.planning.money_views import MoneyViews
from haihe.planning.outcome import Outcome
from haihe.planning.resource_views import ResourceViews
from haihe.planning.trade_views import binding_view, partners_figure, price_paths
from haihe.planning.views import PlanViews


def money_views(plan: Outcome) -> MoneyViews | None:
    """Views of a plan's projects and money; None where it has none."""
    model = plan.model
    if model.money is None:
        return None
    views = PlanViews(plan)
    return MoneyViews(
        plan.region, model.program, model.economy.assumptions, model.money, plan.solution, views.source, views.quality
    )


def goal_tables(plan: Outcome) -> list[Table]:
    """Targets, limits on indicators, indicators, roles, and what no data is for; none of what the plan does not have."""
    setup = plan.assembly.setup
    made = [
        targets_view(plan) if len(plan.targets) else None,
        limits_view(plan) if setup.limits else None,
        indicator_view(plan),
        roles_view(plan) if plan.region.has("roles") else None,
        absent_view(plan),
    ]
    return [table for table in made if table is not None]


def tables_of(plan: Outcome) -> dict[str, Table]:
    """Every table of a plan by key, those of its figures included."""
    views, money = PlanViews(plan), money_views(plan)
    found = views.tables() | ResourceViews(views).tables()
    found |= money.tables() if money is not None else {}
    paths = price_paths(plan)
    more = [binding_view(plan), *([paths] if paths else []), *goal_tables(plan), partners_figure(plan).table]
    return found | _keyed(more)


def figures_of(plan: Outcome) -> dict[str, Figure]:
    """Every figure of a plan by key."""
    views, money = PlanViews(plan), money_views(plan)
    found = views.figures() | ResourceViews(views).figures()
    found |= money.figures() if money is not None else {}
    figure = partners_figure(plan)
    return found | {figure.key: figure}


def _keyed(tables: Iterable[Table]) -> dict[str, Table]:
    return {table.key: table for table in tables}
