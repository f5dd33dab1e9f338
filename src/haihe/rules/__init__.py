"""The law as data: schemes of dated articles, applied to applications, with a trace for every figure."""

from haihe.rules.blocks import STATES, State
from haihe.rules.book import Rulebook
from haihe.rules.check import check_schemes, read_scheme_text, read_schemes, unlooked
from haihe.rules.evaluate import evaluate
from haihe.rules.outcome import Evaluation
from haihe.rules.rewriting import rewritten
from haihe.rules.traces import Trace
from haihe.rules.tracing import trace
from haihe.rules.versions import Change, Comparison, Law, compare, diff, differences, overlaid
from haihe.rules.worked import check_cases

__all__ = [
    "STATES",
    "Change",
    "Comparison",
    "Evaluation",
    "Law",
    "Rulebook",
    "State",
    "Trace",
    "check_cases",
    "check_schemes",
    "compare",
    "diff",
    "differences",
    "evaluate",
    "overlaid",
    "read_scheme_text",
    "read_schemes",
    "rewritten",
    "trace",
    "unlooked",
]
