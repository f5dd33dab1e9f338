"""What a region is made of and where its chains are weak: the input-output engine, structure, trade and chains."""

from haihe.diagnosis.backtest import BackTest, backtest
from haihe.diagnosis.classification import Classification, Criteria, classify
from haihe.diagnosis.comparable import growth_years
from haihe.diagnosis.complexity import Complexity, complexity
from haihe.diagnosis.condition import Diagnostics
from haihe.diagnosis.decomposition import decompose_change
from haihe.diagnosis.diagnosis import Diagnosis, diagnose
from haihe.diagnosis.domestic import domestic_coefficients, home_shares
from haihe.diagnosis.entry import Entry, suggest
from haihe.diagnosis.every_sector import extract_each
from haihe.diagnosis.extraction import extract, extract_deliveries, extract_sets, pick
from haihe.diagnosis.footprints import Footprints, demand_of, footprints, imported_by_product
from haihe.diagnosis.ghosh import Ghosh
from haihe.diagnosis.growth import Decomposition, decompose, intensity_of
from haihe.diagnosis.labels import LabelRule
from haihe.diagnosis.length import downstreamness, upstreamness
from haihe.diagnosis.leontief import Leontief, input_coefficients
from haihe.diagnosis.push import cost_push, price_push
from haihe.diagnosis.result import Basis, Result, basis_of
from haihe.diagnosis.series import SeriesSystem
from haihe.diagnosis.shift_share import ShiftShare, shift_share
from haihe.diagnosis.similarity import Similarity, similarity
from haihe.diagnosis.specialisation import Specialisation, specialisation
from haihe.diagnosis.structure import Structure, structure
from haihe.diagnosis.trade import Trade
from haihe.diagnosis.weak_links import Bounds, Weights

__all__ = [
    "BackTest",
    "Basis",
    "Bounds",
    "Classification",
    "Complexity",
    "Criteria",
    "Decomposition",
    "Diagnosis",
    "Diagnostics",
    "Entry",
    "Footprints",
    "Ghosh",
    "LabelRule",
    "Leontief",
    "Result",
    "SeriesSystem",
    "ShiftShare",
    "Similarity",
    "Specialisation",
    "Structure",
    "Trade",
    "Weights",
    "backtest",
    "basis_of",
    "classify",
    "complexity",
    "cost_push",
    "decompose",
    "decompose_change",
    "demand_of",
    "diagnose",
    "domestic_coefficients",
    "downstreamness",
    "extract",
    "extract_deliveries",
    "extract_each",
    "extract_sets",
    "footprints",
    "growth_years",
    "home_shares",
    "imported_by_product",
    "input_coefficients",
    "intensity_of",
    "pick",
    "price_push",
    "shift_share",
    "similarity",
    "specialisation",
    "structure",
    "suggest",
    "upstreamness",
]
