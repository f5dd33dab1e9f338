"""What each indicator is made of: fields of the plan's columns by region, sector and year.

Every builder gives a `Field` in detrended amounts, or a `Text` that says which data is missing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from haihe.messages import Text
from haihe.planning.forms import Field, block_field, cells, soft_field
from haihe.planning.indicator_data import LABOUR, RESEARCH, IndicatorData
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.planning.projects import YI, course_of
from haihe.region.nearest import suggest

Built = Field | Text
"""The field, or why there is none."""


@dataclass(frozen=True)
class Scope:
    """What a builder sees: the model, the data, and what stands after the colon of the indicator's code."""

    model: Model
    data: IndicatorData
    of: str = ""

    @property
    def partner(self) -> tuple[str, object] | None:
        """The foreign partner group that is asked for, as a choice of one label of the dimension ``partner``."""
        return ("partner", self.of) if self.of else None


def made(scope: Scope, old: ArrayLike, upgraded: ArrayLike) -> Field:
    """Something per unit of output.

    Parameters
    ----------
    scope : Scope
    old : array_like
        Per unit of output with today's technology; broadcasts against (R, n, T).
    upgraded : array_like, shape (K, ...)
        The same with each upgraded technology.
    """
    production = scope.model.production
    field = block_field(production.old, old)
    names = production.upgraded.dims["technology"]
    for name, per in zip(names, np.asarray(upgraded), strict=True):
        field = field + block_field(production.upgraded, per, only=("technology", name))
    return field


def output(scope: Scope) -> Built:
    """Gross output of all technologies."""
    return made(scope, 1.0, np.ones(len(scope.model.economy.technologies)))


def upgraded_output(scope: Scope) -> Built:
    """Output with upgraded technologies."""
    return made(scope, 0.0, np.ones(len(scope.model.economy.technologies)))


def upgradable_output(scope: Scope) -> Built:
    """Output of the sectors that may upgrade, with any technology."""
    e = scope.model.economy
    if not e.can.any():
        return Text("没有可用的升级技术（表 technologies）", "no technology to upgrade to (table technologies)")
    return made(scope, 1.0, np.ones(len(e.technologies))).times(np.any(e.can, axis=0).reshape(1, -1, 1))


def value_added(scope: Scope) -> Built:
    """Output less inputs at base prices."""
    e = scope.model.economy
    return made(scope, (1 - e.a0.sum(axis=1))[:, :, None], (1 - e.a1.sum(axis=2))[..., None])


def manufacturing(scope: Scope) -> Built:
    """Value added of the sectors of the group manufacturing."""
    return _of_sectors(value_added(scope), scope.data.groups.get("manufacturing"), "manufacturing")


def manufacturing_output(scope: Scope) -> Built:
    """Output of the sectors of the group manufacturing."""
    return _of_sectors(output(scope), scope.data.groups.get("manufacturing"), "manufacturing")


def emerging_output(scope: Scope) -> Built:
    """Output of the manufacturing sectors of the official type emerging."""
    kind, group = scope.data.kinds.get("emerging"), scope.data.groups.get("manufacturing")
    both = None if kind is None or group is None or not (kind & group).any() else kind & group
    return _of_sectors(output(scope), both, "emerging")


def wages(scope: Scope) -> Built:
    """Compensation of employees at base-year wages."""
    e = scope.model.economy
    paid = e.wages[:, :, None]
    return made(scope, paid, (1 + e.change("labour").reshape(-1, 1, 1, 1)) * paid)


def taxes(scope: Scope) -> Built:
    """Taxes on production less subsidies, by region of production."""
    if scope.data.taxes is None:
        return Text("核算表没有 taxes 行", "the accounts have no row taxes")
    rate = scope.data.taxes[:, :, None]
    return made(scope, rate, np.broadcast_to(rate, (len(scope.model.economy.technologies), *rate.shape)))


def investment(scope: Scope) -> Built:
    """Spending on new capacity and retrofits, by the sector that builds."""
    e, p = scope.model.economy, scope.model.production
    kappa = e.kappa[:, :, None]
    field = soft_field(p.build).times(kappa)
    for technology in e.technologies:
        only = ("technology", technology.name)
        field = field + block_field(p.build_upgraded, (1 + technology.new_capital) * kappa, only=only)
        field = field + block_field(p.retrofit, technology.retrofit * kappa, only=only)
    more = project_investment(Scope(scope.model, scope.data))
    return field + more if isinstance(more, Field) else field


def project_investment(scope: Scope) -> Built:
    """What candidate projects spend beyond the reference path; of all of them or of one kind of ownership."""
    e, projects = scope.model.economy, scope.model.projects
    if projects is None:
        return Text("方案没有候选项目", "the plan has no candidate projects")
    spec = projects.spec
    owner = np.array(spec.ownership, dtype=object)[spec.project]
    if scope.of and not (owner == scope.of).any():
        near = suggest(scope.of, sorted(set(spec.ownership) - {""}))
        return Text(
            f"没有所有制“{scope.of}”的项目（{near.zh}）", f"no project is of the ownership “{scope.of}” ({near.en})"
        )
    each = spec.investment * YI * (owner == scope.of if scope.of else 1.0)
    yearly = each[:, None] * course_of(spec, e.assumptions).spend / e.assumptions.trend
    cell = pd.Series(spec.member * len(e.sectors) + spec.sector[spec.project])
    place = cell.groupby(cell).cumcount().to_numpy()
    shape = (len(e.members) * len(e.sectors), len(e.assumptions.years), int(place.max(initial=0)) + 1)
    columns, values, constant = np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(shape[:2])
    columns[cell, :, place] = projects.choice.index[:, None]
    values[cell, :, place] = yearly
    np.add.at(constant, cell, -yearly * spec.reference[:, None])
    full = (len(e.members), len(e.sectors), *shape[1:])
    return Field(((columns.reshape(full), values.reshape(full)),), constant.reshape(full[:3]))


def consumption(scope: Scope) -> Built:
    """Household consumption by product."""
    return soft_field(scope.model.goods.consumption)


def abroad(scope: Scope, name: str) -> Built:
    """Exports or imports, with all partner groups or with one."""
    partners = scope.model.economy.partners
    if scope.of and scope.of not in partners:
        near = suggest(scope.of, partners)
        return Text(
            f"没有贸易伙伴组“{scope.of}”的数据（{near.zh}）", f"no data on the partner group “{scope.of}” ({near.en})"
        )
    return soft_field(getattr(scope.model.goods, name), only=scope.partner)


def exports(scope: Scope) -> Built:
    """Exports abroad."""
    return abroad(scope, "exports")


def imports(scope: Scope) -> Built:
    """Imports from abroad."""
    return abroad(scope, "imports")


def foreign_trade(scope: Scope) -> Built:
    """Exports plus imports."""
    out, in_ = exports(scope), imports(scope)
    return out + in_ if isinstance(out, Field) and isinstance(in_, Field) else out


def inflow(scope: Scope) -> Built:
    """Inflow from the rest of the nation, outside the members."""
    return soft_field(scope.model.goods.inflow)


def outflow(scope: Scope) -> Built:
    """Outflow to the rest of the nation, outside the members."""
    return soft_field(scope.model.goods.outflow)


def from_members(scope: Scope) -> Built:
    """What comes from the other members."""
    return between(scope)[0]


def to_members(scope: Scope) -> Built:
    """What goes to the other members."""
    return between(scope)[1]


def between(scope: Scope) -> tuple[Field, Field]:
    """What comes from other members and what goes to them, in whichever form members trade."""
    goods = scope.model.goods
    if goods.flows is not None:
        return soft_field(goods.flows, region="to_region"), soft_field(goods.flows, region="from_region")
    assert goods.sent is not None
    assert goods.received is not None
    return soft_field(goods.received), soft_field(goods.sent)


def used_at_home(scope: Scope) -> Built:
    """What is used of each product: output and all that comes in, less all that goes out."""
    goods, whole = scope.model.goods, output(Scope(scope.model, scope.data))
    assert isinstance(whole, Field)
    received, sent = between(scope)
    come = soft_field(goods.imports) + soft_field(goods.inflow) + received
    gone = soft_field(goods.exports) + soft_field(goods.outflow) + sent
    return whole + come - gone


def jobs(scope: Scope) -> Built:
    """People at work: as the uses state it between their first and last year, with productivity on the trend outside.

    Trend growth is growth of output per worker: where one year is stated, the number of jobs follows detrended output.
    """
    use = scope.data.uses.get(LABOUR)
    if use is None:
        return _no_use(LABOUR)
    s = scope.model.economy.assumptions
    field = resource(Scope(scope.model, scope.data, LABOUR))
    assert isinstance(field, Field)
    years = np.asarray(s.years, dtype=np.float64)
    return field.times((1 + s.growth) ** (np.clip(years, *use.stated) - years))


def research(scope: Scope) -> Built:
    """Spending on R&D at the R&D intensity of every sector."""
    return resource(Scope(scope.model, scope.data, RESEARCH))


def carbon(scope: Scope) -> Built:
    """CO2 of production."""
    return resource(Scope(scope.model, scope.data, "co2"))


def energy(scope: Scope) -> Built:
    """Energy used by production."""
    return resource(Scope(scope.model, scope.data, "energy"))


def resource(scope: Scope) -> Built:
    """Use of a resource by production."""
    use = scope.data.uses.get(scope.of)
    if use is None:
        return _no_use(scope.of)
    change = scope.model.economy.change_of_use(use.unit)
    per = use.per_output
    return made(scope, per, (1 + change.reshape(-1, 1, 1, 1)) * per)


def chain_output(scope: Scope) -> Built:
    """Output that belongs to a chain."""
    return _of_chain(scope, output(Scope(scope.model, scope.data)))


def chain_imports(scope: Scope) -> Built:
    """Imports of a chain's products; of all products where no chain is named."""
    return _of_chain(scope, imports(Scope(scope.model, scope.data)))


def chain_use(scope: Scope) -> Built:
    """Use of a chain's products; of all products where no chain is named."""
    return _of_chain(scope, used_at_home(Scope(scope.model, scope.data)))


def ownership(scope: Scope) -> Built:
    """Output by ownership, of which no account tells anything."""
    years = scope.model.economy.year
    return Text(
        f"{years} 年核算不分所有制；项目的所有制见项目部分",
        f"the accounts of {years} do not tell ownership apart; that of projects stands with the projects",
    )


def reference_point(model: Model) -> Floats:
    """The columns on the reference path: reference output and capacity, no deviation anywhere; shape (columns,)."""
    size = sum(block.size for block in model.program.column_blocks.values())
    point, e = np.zeros(size), model.economy
    point[cells(model.production.old)[..., 0]] = e.output
    point[cells(model.production.stock_old)[..., 0]] = e.capacity
    if model.projects is not None:
        point[model.projects.choice.index] = model.projects.spec.reference
    return point


def _of_chain(scope: Scope, field: Built) -> Built:
    if not scope.of or isinstance(field, Text):
        return field
    chain = scope.data.chains.get(scope.of)
    if chain is None:
        near = suggest(scope.of, scope.data.chains)
        return Text(
            f"表 chain_stages 没有产业链“{scope.of}”（{near.zh}）",
            f"chain_stages has no chain “{scope.of}” ({near.en})",
        )
    return field.times(chain.shares[None, :, None])


def _of_sectors(field: Built, flags: np.ndarray | None, name: str) -> Built:
    if flags is None or isinstance(field, Text):
        return Text(f"表 sectors 没有标为 {name} 的行业", f"no sector is marked {name} in the table sectors")
    return field.times(flags[None, :, None])


def _no_use(code: str) -> Text:
    return Text(f"表 uses 没有成员对要素“{code}”的使用强度", f"the table uses states no use of “{code}” by a member")
