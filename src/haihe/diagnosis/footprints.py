"""Footprints: what final use takes along whole chains, by who uses and by who makes, without the Leontief inverse."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts import InterregionalTable
from haihe.diagnosis.factor import FloatArray, IndexArray, unit
from haihe.diagnosis.labelled import columns, listed, places, rows
from haihe.diagnosis.leontief import Leontief
from haihe.messages import HaiheError

EXPORT, RESIDUAL = "export", "residual"


@dataclass(frozen=True, eq=False)
class Footprints:
    """Accounts of k stressors (value added, jobs, energy, carbon) over n sectors and R using regions.

    The names D_… are those of the field (and of pymrio); rows are stressors.

    Attributes
    ----------
    M : DataFrame, shape (k, n)
        Multipliers: total requirements per unit of final demand.
    D_cba : DataFrame, columns (using region, sector)
        Consumption-based: what the final use of each region takes anywhere, by the product it buys.
    D_pba : DataFrame, columns as the labels
        Production-based: what each sector takes itself.
    D_exp : DataFrame, columns as the labels
        The part of D_pba that serves the final use of other regions.
    exchange : DataFrame, index (stressor, making region), columns using region
        What the final use of one region takes in another: the diagonal is domestic, columns add up to the
        consumption-based and rows to the production-based totals.
    by_use : DataFrame, columns as those of final demand
        What each column of final demand, such as households or investment of a region, takes anywhere, directly too.
    direct : DataFrame, columns region
        What final use takes itself, such as fuel burnt at home; 0 where nothing was given. It is in `regional` and
        `by_use`, and in none of the accounts by sector.
    """

    M: pd.DataFrame
    D_cba: pd.DataFrame
    D_pba: pd.DataFrame
    D_exp: pd.DataFrame
    exchange: pd.DataFrame
    by_use: pd.DataFrame
    direct: pd.DataFrame

    @property
    def D_imp(self) -> pd.DataFrame:  # noqa: N802
        """What the final use of each region takes in all others, shape (k, R); by product see `imported_by_product`."""
        regional = self.regional
        return regional[regional.columns[regional.columns.get_level_values(0) == "imp"]].droplevel(0, axis=1)

    @property
    def regional(self) -> pd.DataFrame:
        """Totals a region, columns (account, region): cba, pba, imp, exp; exp - imp = pba - cba.

        A user that is no region of the table makes nothing, and all it takes is imported.
        """
        makers, users = self.exchange.index.get_level_values(1).unique(), self.exchange.columns
        taken = self.exchange.to_numpy().reshape(len(self.M), len(makers), len(users))
        both = makers.append(users.difference(makers, sort=False))
        made, used, own = (np.zeros((len(self.M), len(both))) for _ in range(3))
        made[:, : len(makers)] = taken.sum(axis=2)
        used[:, both.get_indexer(users)] = taken.sum(axis=1)
        home = np.asarray(makers)[:, None] == np.asarray(users)[None, :]
        own[:, both.get_indexer(users)] = np.where(home, taken, 0.0).sum(axis=1)
        direct = self.direct.reindex(columns=both, fill_value=0.0).to_numpy()
        made, used, own = made + direct, used + direct, own + direct
        parts = {"cba": used, "pba": made, "imp": used - own, "exp": made - own}
        columns = pd.MultiIndex.from_product([[*parts], both.to_list()], names=["account", "region"])
        return pd.DataFrame(np.hstack([*parts.values()]), index=self.M.index, columns=columns)


def footprints(model: Leontief, Y: pd.DataFrame, S: pd.DataFrame, direct: pd.DataFrame | None = None) -> Footprints:
    """Trace stressors from who makes to who uses.

    k transposed solves give the multipliers, R solves the output that each region's final use needs; the rest is
    products of these with Y and S. Neither L nor its product with a diagonal final demand is formed.

    Parameters
    ----------
    model : Leontief
        Labels (region, sector); regions may have different sectors.
    Y : DataFrame, index as the labels, columns (region, category) or region
        Final demand by using region. A "region" that makes nothing, such as exports out of the table (`demand_of`),
        is a user like others.
    S : DataFrame, columns as the labels
        Stressors per unit of output (`input_coefficients`).
    direct : DataFrame, index as S, columns as Y, optional
        Stressors of final use itself, in total, such as fuel burnt by households.

    Returns
    -------
    Footprints
        With Y all that output leaves after inputs, D_pba adds up to S times the output of the table, and D_cba to the
        same total.

    Raises
    ------
    HaiheError
        ``E-DIA-03`` labels that do not match, ``E-DIA-11`` labels without a region and a sector.

    References
    ----------
    Peters, G. P. (2008), From production-based to consumption-based national emission inventories, Ecological Economics
    65(1), 13-23; Miller and Blair (2009), chapter 10; Kanemoto, K. et al. (2012), Environmental Science and Technology
    46(1), 172-179.
    """
    regions, sectors = _levels(model)
    demand, coefficients = rows(Y, model.labels, "Y"), columns(S, model.labels, "S")
    users, codes = _users(Y)
    grouped = _added(demand, codes, len(users))
    M = model.system.solve(coefficients.T, transposed=True).T
    X = model.system.solve(grouped)
    origin, makers = pd.factorize(regions)
    abroad = np.asarray(makers)[origin][:, None] != np.asarray(users)[None, :]
    stressors = S.index
    names = [stressors.name or "stressor", "region"]
    across = pd.MultiIndex.from_product([stressors.to_list(), makers.to_list()], names=names)
    exchange = np.stack([coefficients[:, origin == r] @ X[origin == r] for r in range(len(makers))], axis=1)
    cba, products = _by_product(M, grouped, sectors, users)

    own = np.zeros((len(S), Y.shape[1])) if direct is None else _ordered(direct, S.index, Y.columns)

    def frame(array: FloatArray, index: pd.Index) -> pd.DataFrame:
        return pd.DataFrame(array, index=stressors, columns=index)

    return Footprints(
        M=frame(M, model.labels),
        D_cba=frame(cba, products),
        D_pba=frame(coefficients * X.sum(axis=1), model.labels),
        D_exp=frame(coefficients * np.where(abroad, X, 0.0).sum(axis=1), model.labels),
        exchange=pd.DataFrame(exchange.reshape(len(across), -1), index=across, columns=users),
        by_use=frame(M @ demand + own, Y.columns),
        direct=frame(_added(own, codes, len(users)), users),
    )


def imported_by_product(model: Leontief, Y: pd.DataFrame, S: pd.DataFrame) -> pd.DataFrame:
    """Split `Footprints.D_imp` by the product bought: what a region's final use of each product takes elsewhere.

    This needs the multipliers of each making region alone: min(k R, n) further transposed solves, made a region at a
    time.

    Parameters
    ----------
    model, Y, S
        As in `footprints`.

    Returns
    -------
    DataFrame, shape (k, R · sectors), columns (using region, sector)
    """
    regions, sectors = _levels(model)
    demand, coefficients = rows(Y, model.labels, "Y"), columns(S, model.labels, "S")
    users, codes = _users(Y)
    grouped = _added(demand, codes, len(users))
    M = model.system.solve(coefficients.T, transposed=True).T
    whole, products = _by_product(M, grouped, sectors, users)
    depth = len(products) // max(len(users), 1)
    for at, user in enumerate(users):
        home = np.flatnonzero(np.asarray(regions == user))
        if not len(home):
            continue
        inside, _ = _by_product(_home(model, coefficients, home), grouped[:, [at]], sectors, users[[at]])
        whole[:, at * depth : (at + 1) * depth] -= inside
    return pd.DataFrame(whole, index=S.index, columns=products)


def _home(model: Leontief, coefficients: FloatArray, home: IndexArray) -> FloatArray:
    """Multipliers of what one region's sectors take, by as many solves as it has sectors or stressors."""
    if len(home) < len(coefficients):
        rows_of_inverse = model.system.solve(unit(len(model), home), transposed=True).T
        return coefficients[:, home] @ rows_of_inverse
    own = np.zeros_like(coefficients)
    own[:, home] = coefficients[:, home]
    return model.system.solve(own.T, transposed=True).T


def demand_of(table: InterregionalTable) -> pd.DataFrame:
    """Give all final demand of an interregional table, columns (region, category).

    Beside final use by region there is ``("export", "export")``, sold outside the table, and
    ``("residual", "residual")``, the statistical error, where it is not 0; so that the solution is the table's output.
    """
    frame = table.final_frame()
    for name, values in ((EXPORT, table.exports), (RESIDUAL, table.residual)):
        if name == EXPORT or values.any():
            frame[(name, name)] = values
    return frame


def _levels(model: Leontief) -> tuple[pd.Index, pd.Index]:
    """Give region and sector of each label."""
    if model.labels.nlevels != 2:
        raise HaiheError("E-DIA-11", value=listed(model.labels))
    return model.labels.get_level_values(0), model.labels.get_level_values(1)


def _users(Y: pd.DataFrame) -> tuple[pd.Index, IndexArray]:
    """Give the using regions in order of appearance, and which one each column of final demand belongs to."""
    names = Y.columns.get_level_values(0)
    codes, users = pd.factorize(names)
    return pd.Index(users, name=names.name or "region"), codes


def _added(demand: FloatArray, codes: IndexArray, count: int) -> FloatArray:
    """Add up the columns of each using region."""
    member = np.zeros((demand.shape[1], count))
    member[np.arange(len(codes)), codes] = 1.0
    return np.asarray(demand @ member)


def _ordered(direct: pd.DataFrame, stressors: pd.Index, uses: pd.Index) -> FloatArray:
    """Give what final use takes itself, by stressor and column of final demand."""
    order = places(direct.index, stressors, "direct")
    return columns(direct if order is None else direct.iloc[order], uses, "direct")


def _by_product(
    M: FloatArray, demand: FloatArray, sectors: pd.Index, users: pd.Index
) -> tuple[FloatArray, pd.MultiIndex]:
    """Multipliers times final demand, added over the regions that make a product; columns (user, product)."""
    codes, products = pd.factorize(sectors)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(products)))
    groups = np.split(order, ends[:-1])
    whole = np.stack([M[:, group] @ demand[group] for group in groups], axis=2)
    index = pd.MultiIndex.from_product([users.to_list(), products.to_list()], names=[users.name, "sector"])
    return whole.reshape(len(M), -1), index
