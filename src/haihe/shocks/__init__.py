"""What if it goes wrong: shocks run through the economy."""

from haihe.shocks.baseline import AtRest
from haihe.shocks.batch import Ranges, Spread, monte_carlo
from haihe.shocks.clearing import Clearing, clear
from haihe.shocks.debtrank import DebtRank, debtrank
from haihe.shocks.disruption import disrupt
from haihe.shocks.events import Event, Rebuild
from haihe.shocks.fire_sales import Sales
from haihe.shocks.firm_generator import Recipe, generate, network_of
from haihe.shocks.fiscal import FiscalStress, fiscal_stress
from haihe.shocks.fund_portfolios import Portfolios, portfolios
from haihe.shocks.inventories import ORACLE_THRESHOLD, Inventories, Response
from haihe.shocks.lanes import Lane
from haihe.shocks.lights import Lights, Rule, lights
from haihe.shocks.losses import Disruption
from haihe.shocks.network import FirmNetwork
from haihe.shocks.obligations import Obligations
from haihe.shocks.remedies import what_pays
from haihe.shocks.screening import Screening, largest, screen
from haihe.shocks.systemic import Cascade, SystemicRisk, cascade, systemic_risk
from haihe.shocks.which_firms import FirmRisk, firm_risk

__all__ = [
    "ORACLE_THRESHOLD",
    "AtRest",
    "Cascade",
    "Clearing",
    "DebtRank",
    "Disruption",
    "Event",
    "FirmNetwork",
    "FirmRisk",
    "FiscalStress",
    "Inventories",
    "Lane",
    "Lights",
    "Obligations",
    "Portfolios",
    "Ranges",
    "Rebuild",
    "Recipe",
    "Response",
    "Rule",
    "Sales",
    "Screening",
    "Spread",
    "SystemicRisk",
    "cascade",
    "clear",
    "debtrank",
    "disrupt",
    "firm_risk",
    "fiscal_stress",
    "generate",
    "largest",
    "lights",
    "monte_carlo",
    "network_of",
    "portfolios",
    "screen",
    "systemic_risk",
    "what_pays",
]
