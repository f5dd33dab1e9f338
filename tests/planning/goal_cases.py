"""Small models with indicators, for tests of indicators, limits, targets, goals, fronts and alternatives."""

from dataclasses import dataclass, field, replace

import numpy as np

from haihe.messages import Text
from haihe.planning.indicator_data import ChainShares, IndicatorData, Use
from haihe.planning.indicators import Indicators
from haihe.planning.model import Model
from haihe.planning.program import Floats, Program
from haihe.planning.solver import Session, Solution
from plan_cases import Built, Case, synthetic, with_growth, with_partners, with_two

RICH = with_growth(with_partners(with_two(synthetic(2))))
"""Two members, two partner groups, two technologies, sectors growing apart."""


def one_year(seed: int = 0) -> Case:
    """Give a case with one milestone, where capacity is what it is and only trade, consumption and labour move."""
    return synthetic(seed).over(1, 1)


def data_of(case: Case, seed: int = 0) -> IndicatorData:
    """Make up every number that indicators need."""
    rng = np.random.default_rng(seed)
    shape = (len(case.members), len(case.accounts.sectors))
    stated = (case.assumptions.first_year, case.assumptions.first_year)

    def use(unit: str, top: float) -> Use:
        return Use(unit, Text(unit, unit), rng.uniform(0.1 * top, top, shape), stated, "estimated")

    first, rest = np.zeros((2, shape[1]), dtype=bool)
    first[0], rest[1:] = True, True
    return IndicatorData(
        uses={
            "labour": use("persons", 900.0),
            "energy": use("tce", 5e3),
            "water": use("m3", 1e6),
            "rd": use("bn yuan", 0.05),
            "co2": Use("Mt CO2", Text("碳", "CO2"), case.intensity, stated, "estimated"),
        },
        taxes=rng.uniform(0.01, 0.1, shape),
        groups={"mining": first, "manufacturing": rest},
        kinds={"emerging": rest},
        chains={"CHAIN": ChainShares(Text("链", "chain"), rng.uniform(0, 0.5, shape[1]), "illustrative")},
        population=rng.uniform(1e5, 1e6, shape[0]),
    )


@dataclass
class Desk:
    """A built case with its indicators, to which rows may be added before it is solved."""

    built: Built
    data: IndicatorData
    indicators: Indicators = field(init=False)

    def __post_init__(self) -> None:
        self.indicators = Indicators(self.built.model, self.data)

    @property
    def model(self) -> Model:
        return self.built.model

    @property
    def program(self) -> Program:
        return self.built.model.program

    @property
    def weights(self) -> Floats:
        return self.built.economy.assumptions.weights

    def session(self, *, cut: float | None = None, pooled: bool = True) -> Session:
        """Hand over what stands in the program now, with the cap on CO2 at a cut or lifted."""
        session = Session(self.program)
        if cut is None:
            session.set_row_bounds(self.model.caps["CARBON"].rows.index, -np.inf, np.inf)
        else:
            other = replace(self.built, session=session)
            other.solve(cut, pooled=pooled)
        return session

    def solve(self, *, cut: float | None = None) -> Solution:
        """Solve once, cold."""
        return self.session(cut=cut).solve(method="ipx")


def desk(case: Case, *, upgrades: bool = True, data: IndicatorData | None = None) -> Desk:
    """Build a case and its indicators."""
    return Desk(case.build(upgrades=upgrades), data or data_of(case))
