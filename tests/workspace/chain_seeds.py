"""Seeds of the browser tests of chains and months; run in a process of their own."""

from chain_cases import chain_board, indicator, month, row, target
from intake_cases import small_dataset

from haihe.workspace.chains import tasks
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.worker import drain
from haihe.workspace.months import returns
from workspace_cases import small_city


def months() -> dict[str, str]:
    """A year behind and this year's months up to last month but one, on the pace of their target."""
    city = small_city()
    newest, *rest = returns.recent_months(number=26)[1:]
    indicator(city, name_en="Industrial output")
    for each in reversed(rest):
        month(city, each, [row("1000")])
    target(city, "12000", int(newest[:4]))
    return {"month": newest}


def board() -> str:
    """A chain of the small region, diagnosed."""
    city = small_city()
    dataset = small_dataset(city)
    chain = str(region_of(dataset.current)["chains"]["chain"].iloc[0])
    made = chain_board(city, chain, dataset)
    tasks.ask(city.people["chief"], made)
    drain()
    return str(made.code)
