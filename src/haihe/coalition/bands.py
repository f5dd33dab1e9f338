"""How sure the value of coordination is: worked out again for other elasticities, other flows and other allocations.

Nobody knows the elasticities or how goods move among the members, and who is handed how many permits at first is a
choice. So the value is worked out with every elasticity halved and doubled, and with the flows at the ends of their band
(which covers the distance exponent), under every allocation.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from haihe.coalition.agreement import Agreement, agreement_of
from haihe.coalition.allocation import EQUAL, Allocation, allocation_of
from haihe.coalition.share import OWEN, Shares, share
from haihe.messages import HaiheError, Text
from haihe.planning.assumptions import Assumptions
from haihe.planning.control import Control
from haihe.planning.drawing import FLOWS, dimensions_of, moved_flows
from haihe.planning.draws import WITHOUT_PLAN
from haihe.planning.journal import RUN, Journal
from haihe.planning.marks import mark_of
from haihe.planning.runs import OneRun, run_all
from haihe.region import Region

GIVEN = "as_given"
VARIANTS: dict[str, Text] = {
    GIVEN: Text("按给定取值", "As given"),
    "elasticities_halved": Text("弹性减半", "Elasticities halved"),
    "elasticities_doubled": Text("弹性加倍", "Elasticities doubled"),
    "flows_low": Text("成员间流动取下限", "Flows at the low end of their band"),
    "flows_high": Text("成员间流动取上限", "Flows at the high end of their band"),
}
"""What is varied: the flows' band covers the distance exponent."""
FACTORS = {"elasticities_halved": 0.5, "elasticities_doubled": 2.0}
PLACES = {"flows_low": 0.0, "flows_high": 1.0}
NO_VALUE = (*WITHOUT_PLAN, "E-COA-28")
"""Errors that say that there is no value here; any other is about the data, or a wish to stop."""
KEYS = ["quantity", "of"]


@dataclass(frozen=True)
class Bands:
    """The value of coordination over variants and allocations.

    Attributes
    ----------
    table : DataFrame
        allocation, variant, quantity, of, value. Quantities: gain, cost_alone, share_of_cost, owen_slack (least that a
        coalition loses by leaving the Owen point), ``owen``, ``shapley`` and ``nucleolus`` of every member, ``thing`` (left
        out) and ``thing_alone`` of every thing; money in discounted bn yuan.
    errors : DataFrame
        allocation, variant, error: where there is no value, such as a member that cannot stand alone.
    """

    table: pd.DataFrame
    errors: pd.DataFrame

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Each quantity by allocation: allocation, quantity, of, given, low, high, cases."""
        return self._over(["allocation", *KEYS])

    @cached_property
    def overall(self) -> pd.DataFrame:
        """Each quantity over all allocations: quantity, of, given (of the first allocation), low, high, cases."""
        return self._over(KEYS)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {"bands": self.table, "summary": self.summary, "overall": self.overall, "errors": self.errors}

    def _over(self, keys: list[str]) -> pd.DataFrame:
        groups = self.table.groupby(keys, sort=False)["value"]
        given = self.table[self.table["variant"] == GIVEN].groupby(keys, sort=False)["value"].first()
        frame = pd.DataFrame({"low": groups.min(), "high": groups.max(), "cases": groups.count()})
        frame.insert(0, "given", given.reindex(frame.index))
        return frame.reset_index()


@dataclass(frozen=True)
class _Cases:
    """The cases as work, see `haihe.planning.runs.Work`; a case is named ``allocation/variant``."""

    region: Region
    agreement: Agreement
    allocations: Mapping[str, Allocation]
    options: dict[str, Any]

    @property
    def key(self) -> str:
        """What the cases depend on."""
        return mark_of(self.region, self.agreement, self.allocations, self.options)

    def open(self, control: Control) -> OneRun:
        """Every case is a program of its own, so that there is nothing to set up."""

        def one(name: str) -> dict[str, Any]:
            allocation, variant = _parts(name)
            try:
                return {"error": None, "values": _told(self._varied(self.allocations[allocation], variant, control))}
            except HaiheError as error:
                if error.code not in NO_VALUE:
                    raise
                return {"error": f"{error.code} {error.findings[-1].text('en')}", "values": []}

        return one

    def _varied(self, allocation: Allocation, variant: str, control: Control) -> Shares:
        region, options = self.region, dict(self.options)
        if variant in FACTORS:
            assumptions = options.get("assumptions") or Assumptions.of(region)
            options["assumptions"] = assumptions.scaled(FACTORS[variant])
        if variant in PLACES:
            region = region.with_table("flows", moved_flows(region, PLACES[variant]))
        terms, options["control"] = self.agreement, control
        return share(region, agreement=terms, allocation=allocation, reach=None, **options)


def share_bands(
    region: Region,
    *,
    agreement: Agreement | str | None = None,
    allocations: Sequence[Allocation | str] | None = None,
    variants: Sequence[str] | None = None,
    workers: int = 1,
    journal: str | Path | None = None,
    control: Control | None = None,
    **options: Any,
) -> Bands:
    """Work the value of coordination out again over variants and allocations.

    Parameters
    ----------
    region : Region
    agreement : Agreement or str, optional
        As of `haihe.coalition.share.share`.
    allocations : sequence, optional
        Those of the table ``allocations``, or ``equal`` where it is absent.
    variants : sequence of str, optional
        Of `VARIANTS`; all that the region has data for where not given (flows need a band).
    workers : int
        Processes; with 1 all is done here.
    journal : path, optional
        File that keeps the cases; a run that is started again with it does the rest.
    control : Control, optional
        Cancel and progress, called with a `Text` after each case; its time limit is that of one solve.
    **options
        As of `haihe.coalition.share.share`: members, assumptions, path, scenario.

    Returns
    -------
    Bands

    Raises
    ------
    HaiheError
        As `haihe.coalition.share.share`, but for a case without a plan, which stands in ``errors``; ``E-COA-35`` for an
        unknown variant, ``E-PLN-101`` for a journal of another run.
    """
    terms = agreement if isinstance(agreement, Agreement) else agreement_of(region, agreement)
    known = variants_of(region)
    wanted = list(known if variants is None else variants)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise HaiheError("E-COA-35", value=unknown[0], known=", ".join(known))
    handed = {allocation.name: allocation for allocation in _allocations(region, allocations)}
    names = [f"{allocation}/{variant}" for allocation in handed for variant in wanted]
    work = _Cases(region, terms, handed, options)
    with ExitStack() as room:
        path = journal if journal is not None else Path(room.enter_context(TemporaryDirectory())) / "bands.jsonl"
        book = Journal(path, work.key)
        run_all(work, names, book, workers=workers, control=control)
        records = {str(record[RUN]): record for record in book.records()}
    return _gathered({name: records[name] for name in names})


def variants_of(region: Region) -> list[str]:
    """Variants that the region has data for: flows are moved only where they state a band."""
    try:
        banded = any(dimension.name == FLOWS for dimension in dimensions_of(region))
    except HaiheError:
        banded = False
    return [name for name in VARIANTS if banded or name not in PLACES]


def _allocations(region: Region, wanted: Sequence[Allocation | str] | None) -> list[Allocation]:
    if wanted is None:
        wanted = list(dict.fromkeys(region.frame("allocations")["allocation"])) or [EQUAL]
    return [one if isinstance(one, Allocation) else allocation_of(region, one) for one in wanted]


def _told(found: Shares) -> list[tuple[str, str, float | None]]:
    """What one case says: quantity, of what or whom, value; None where there is none, such as a share of no cost."""
    slack = -float(found.game.excess(found.owen.split)[1:-1].max(initial=-np.inf))
    whole = {
        "gain": found.gain,
        "cost_alone": found.cost_alone,
        "share_of_cost": found.share_of_cost,
        "owen_slack": slack,
    }
    rows = [(name, "", value) for name, value in whole.items()]
    for rule in (OWEN, "shapley", "nucleolus"):
        part = found.splits[found.splits["rule"] == rule]
        rows += [(rule, member, float(amount)) for member, amount in zip(part["member"], part["amount"], strict=True)]
    for quantity, column in (("thing", "left_out"), ("thing_alone", "alone")):
        worth = found.things.dropna(subset=[column])
        rows += [(quantity, name, float(value)) for name, value in zip(worth["thing"], worth[column], strict=True)]
    return [(quantity, of, value if np.isfinite(value) else None) for quantity, of, value in rows]


def _gathered(records: Mapping[str, Mapping[str, Any]]) -> Bands:
    cases = [(*_parts(name), record) for name, record in records.items()]
    rows = [(allocation, variant, *value) for allocation, variant, record in cases for value in record["values"]]
    table = pd.DataFrame(rows, columns=["allocation", "variant", *KEYS, "value"]).astype({"value": float})
    lost = [(allocation, variant, record["error"]) for allocation, variant, record in cases if record["error"]]
    return Bands(table, pd.DataFrame(lost, columns=["allocation", "variant", "error"]))


def _parts(name: str) -> tuple[str, str]:
    """Allocation and variant of a case."""
    allocation, _, variant = name.rpartition("/")
    return allocation, variant
