"""The chapter on what happens if it goes wrong: shocks one by one, then fiscal and financial stress."""

from collections.abc import Sequence

from haihe.diagnosis.result import Result
from haihe.figures import Figure, Table
from haihe.figures.workbook import Viewed
from haihe.messages import Progress, Quality, Text
from haihe.planning.control import Control
from haihe.region import Region
from haihe.reporting.content import Block, Chapter, KeyLine, KeyLines
from haihe.shocks.clearing import clear
from haihe.shocks.fiscal import fiscal_stress
from haihe.shocks.fund_portfolios import portfolios
from haihe.shocks.library import shocks_of
from haihe.shocks.lights import lights
from haihe.shocks.obligations import Obligations
from haihe.shocks.stress import Stress, stress
from haihe.shocks.which_firms import FirmRisk, firm_risk

SKIPPED = ("-weeks", "-frames", "-course", "-answer-deliveries")
"""Tables that stand under their figures, or in the workbook of the shock only."""
FINANCE = Text("财政与金融压力", "Fiscal and financial stress")
FIRMS = Text("哪些企业最要紧", "Which firms matter")


def stress_chapter(
    shocks: Sequence[Stress], finance: Sequence[Viewed | Result] = (), firms: FirmRisk | None = None
) -> Chapter | None:
    """Shocks, each told in words, figures and tables; None where there is nothing to say.

    Parameters
    ----------
    shocks : sequence of Stress
        In the order in which they are read.
    finance : sequence of results
        Results on promises, debts and funds.
    firms : FirmRisk, optional
        Which firms matter.
    """
    blocks: list[Block] = []
    for found in shocks:
        quality: Quality = found.basis.quality
        blocks += [found.shock.name, KeyLines([KeyLine(line, quality) for line in found.words[1:]])]
        blocks += _shown(found)
    if firms is not None:
        blocks += [FIRMS, KeyLines([KeyLine(line, firms.quality) for line in firms.words]), *_shown(firms)]
    if finance:
        blocks.append(FINANCE)
        for each in finance:
            blocks += _shown(each)
    if not blocks:
        return None
    return Chapter(
        "stress",
        Text("冲击推演：出了问题怎么办", "Stress: what if it goes wrong"),
        Text(
            "每个情景先损失什么、什么最先断、多久恢复、什么有用，以及各自应对与统筹应对相差多少；再看哪些企业最要紧、财政与债务能否承受。"
            "全部为情景推演，不是预测。",
            "What each shock costs, what breaks first, how long it lasts, what helps, and how far an answer by plan differs from "
            "everybody alone; then which firms matter, and whether budgets and debts hold. All are what-ifs, no forecasts.",
        ),
        blocks,
    )


def _shown(found: Viewed | Result) -> list[Figure | Table]:
    """Figures, then the tables that no figure has."""
    figures = found.figures
    drawn = {figure.table.key for figure in figures.values()}
    tables = [t for key, t in found.tables.items() if key not in drawn and not key.endswith(SKIPPED)]
    return [*figures.values(), *tables]


def shocks_in(region: Region, *, control: Control | None = None, progress: Progress | None = None) -> list[Stress]:
    """Run every shock of a region's tables; none where it has no accounts or no shocks."""
    if not region.has("accounts", "shocks", "shock_events"):
        return []
    return [stress(region, code, control=control, progress=progress) for code in shocks_of(region)["shock"]]


def finance_in(region: Region) -> list[Viewed | Result]:
    """Fiscal stress, lights, debts and funds, as far as the region has their tables."""
    found: list[Viewed | Result] = []
    if region.has("promises", "finances"):
        fiscal = fiscal_stress(region)
        found += [fiscal, lights(region, stress=fiscal)]
    if region.has("holders", "obligations"):
        found.append(clear(Obligations.of(region)))
    if region.has("fund_holdings"):
        found.append(portfolios(region))
    return found


def firms_in(region: Region, *, control: Control | None = None, progress: Progress | None = None) -> FirmRisk | None:
    """Which firms matter; None where there are neither firms nor accounts to make them from."""
    if not (region.has("enterprises", "supplies") or region.has("accounts")):
        return None
    return firm_risk(region, control=control, progress=progress)
