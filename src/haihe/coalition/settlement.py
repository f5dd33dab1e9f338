"""From a split to a settlement: who pays whom in which year, and what of it today's sharing of tax could carry."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.coalition.ledger import WAYS, Way, fewest, spread
from haihe.coalition.names import RULES
from haihe.coalition.share import OWEN, Shares
from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.planning.program import Floats
from haihe.planning.telling_words import rough
from haihe.planning.views import YI_PER_BN, names_of
from haihe.rules.settlement import Settlement

FEN_PER_BN = 1e11
SMALL = 1e-6
"""Share of the gain that a split may miss it by, as rounding."""
LEDGER = ("rule", "year", "years", "payer", "receiver", "amount", "present")


@dataclass(frozen=True)
class ShareSettlement:
    """A split as payments by year. Money in bn yuan at base-year prices.

    Attributes
    ----------
    shares : Shares
    rule : str
        Of `haihe.coalition.names.RULES`.
    way : {"accrued", "level"}
    balances : DataFrame
        member, year, years (that the milestone stands for), payment (a year; negative where the member pays), present
        (present value of all these years). Adds up to 0 in every year.
    ledger : DataFrame
        `LEDGER`: payer, receiver, amount a year; as few payments a year as there can be (`haihe.coalition.ledger`).
    losses : DataFrame
        year, gain: milestones in which all together lose before payments (bn yuan a year).
    """

    shares: Shares
    rule: str
    way: Way
    balances: pd.DataFrame
    ledger: pd.DataFrame
    losses: pd.DataFrame

    @property
    def findings(self) -> Findings:
        """Say in which years all together lose, so that what is shared out there is a loss."""
        if self.losses.empty:
            return Findings()
        values = {"years": self.losses_said, "way": WAYS[self.way]}
        return Findings([Finding("W-COA-97" if self.way == "accrued" else "N-COA-96", values=values)])

    @property
    def losses_said(self) -> Text:
        """Years of loss with their amounts."""
        told = [(int(year), rough(gain * YI_PER_BN)) for year, gain in self.losses.to_numpy()]
        return Text(
            "、".join(f"{year} 年 {gain} 亿元/年" for year, gain in told),
            ", ".join(f"{gain} x 100 m yuan a year in {year}" for year, gain in told),
        )

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {"settlement_balances": self.balances, "settlement_ledger": self.ledger}

    @cached_property
    def present(self) -> pd.Series:
        """Present value of what each member gets, by member."""
        return self.balances.groupby("member", sort=False)["present"].sum()


@dataclass(frozen=True)
class TaxCarriage:
    """How much of a ledger a lawful scheme of shared tax can carry.

    Attributes
    ----------
    settlement : ShareSettlement
    table : DataFrame
        payer, receiver, year, years (that the milestone stands for), wanted (a year), tax (net tax in that year of the
        firms that moved from the receiver to the payer; missing where the scheme has no entry), lawful (due under the
        scheme; missing likewise), by_tax (the lesser of wanted and lawful; 0 without an entry, missing in years of
        which no taxes are known), rest (to be paid in money; missing likewise), needed (share of the tax that would
        carry all). Bn yuan.
    unused : DataFrame
        payer, receiver, year, lawful: due under the scheme though the split does not ask for it (or for so much).
    """

    settlement: ShareSettlement
    table: pd.DataFrame
    unused: pd.DataFrame

    @property
    def known(self) -> pd.DataFrame:
        """Payments in years of which taxes are known."""
        return self.table[self.table["by_tax"].notna()]

    @property
    def carried(self) -> float:
        """Share of the payments in years of known taxes that the scheme carries; missing where there is none."""
        of = self.known
        wanted = float((of["wanted"] * of["years"]).sum())
        return float((of["by_tax"] * of["years"]).sum()) / wanted if wanted > 0 else float("nan")

    @property
    def says(self) -> Text:
        """Say how far today's rule goes, and what is left; that it is not known where there are no taxes."""
        of, every = self.known, sorted(set(self.table["year"]))
        missing = [str(year) for year in every if year not in set(of["year"])]
        if of.empty:
            return Text(
                "规划年份没有税额数据，现行税收分享能承载多少无从得知。",
                "There are no taxes for the years of the plan, so what today's sharing of tax can carry is not known.",
            )
        part = f"{self.carried:.1%}"
        none = int(of["lawful"].isna().sum())
        names = names_of(self.settlement.shares.region)
        rest = (of["rest"] * of["years"]).groupby(of["payer"], sort=False).sum()
        zh = "、".join(f"{names[name].zh} {rough(value * YI_PER_BN)}" for name, value in rest.items())
        en = ", ".join(f"{names[name].en} {rough(value * YI_PER_BN)}" for name, value in rest.items())
        return Text(
            f"现行税收分享办法能承载应付额的 {part}（{len(of)} 笔中有 {none} 笔在该办法下没有对应的迁移企业）；"
            f"其余须另付资金（按各期代表年数累计，未贴现，亿元）：{zh or '无'}。"
            + (f"{'、'.join(missing)} 年没有税额数据，未计入。" if missing else ""),
            f"Today's sharing of tax can carry {part} of what is to be paid ({none} of {len(of)} payments have no moved firm "
            "under it); the rest is to be paid in money (100 m yuan, over the years that milestones stand for, not discounted): "
            f"{en or 'nothing'}." + (f" There are no taxes for {', '.join(missing)}: left out." if missing else ""),
        )


def settled(shares: Shares, rule: str = OWEN, way: Way = "accrued") -> ShareSettlement:
    """Turn a split into payments by year.

    Parameters
    ----------
    shares : Shares
    rule : str
        Split to settle.
    way : {"accrued", "level"}
        ``accrued``: payment of member m in year t is ``x_m / Σ x · G_t - g_mt`` with the split x, the gain of all G and
        the member's gain before payments g: nobody lends to anybody. ``level``: the same amount every year.

    Raises
    ------
    HaiheError
        ``E-COA-29`` for an unknown rule, ``E-COA-90`` for an unknown way, ``E-COA-91`` where nothing is gained,
        ``E-COA-98`` where the split does not hand out the gain.

    Notes
    -----
    What is paid belongs to this joint plan: an equally good one may leave the gains elsewhere, and payments with them
    (`haihe.coalition.plain_plan` says which is taken). What members end with does not depend on it.
    """
    members, s = list(shares.game.members), shares.setup.assumptions
    split, weights = shares.split(rule), s.weights / s.trend
    own = shares.payments[shares.payments["rule"] == rule].set_index("member")["payment"]
    unpaid = shares.yearly.pivot_table(index="member", columns="year", values="unpaid", sort=False)
    gains = unpaid.reindex(index=members, columns=list(s.years)).to_numpy(dtype=np.float64)
    missed = float(own.sum())
    if abs(missed) > SMALL * (1.0 + abs(shares.gain)):
        raise HaiheError("E-COA-98", rule=RULES[rule], value=f"{missed * YI_PER_BN:.3g}")
    paid = spread(own.reindex(members), weights, way, split, gains)
    paid = paid - paid.mean(axis=0)  # rounding of the solver
    whole = gains.sum(axis=0) / weights
    lost = whole < -SMALL * (1.0 + abs(shares.gain))
    losses = pd.DataFrame({"year": np.array(s.years)[lost], "gain": whole[lost]})
    index = pd.MultiIndex.from_product([members, s.years], names=["member", "year"])
    balances = pd.DataFrame({"payment": paid.ravel(), "present": (paid * weights).ravel()}, index=index).reset_index()
    balances.insert(2, "years", np.tile(s.steps, len(members)))
    return ShareSettlement(shares, rule, way, balances, _ledger(rule, members, s.years, s.steps, paid, weights), losses)


def _ledger(
    rule: str, members: list[str], years: tuple[int, ...], steps: Floats, paid: Floats, w: Floats
) -> pd.DataFrame:
    rows = [
        (rule, year, float(steps[t]), members[payer], members[receiver], amount, amount * float(w[t]))
        for t, year in enumerate(years)
        for payer, receiver, amount in fewest(paid[:, t])
    ]
    return pd.DataFrame(rows, columns=list(LEDGER))


def through_tax(settlement: ShareSettlement, scheme: Settlement) -> TaxCarriage:
    """Say what part of the payments a settled scheme of shared tax could carry, with its caps and its end.

    A payment from a to b can go through the scheme as far as the scheme owes b (the origin) tax of firms that moved to a
    (the destination) in that year. Firms outside today's rule (what if) do not count.

    Parameters
    ----------
    settlement : ShareSettlement
    scheme : Settlement
        From `haihe.rules.settlement.settle`.
    """
    wanted = (
        settlement.ledger.groupby(["payer", "receiver", "year", "years"], sort=False)["amount"].sum().rename("wanted")
    )
    pairs = scheme.by_pair
    pairs = pairs[~pairs["what_if"].astype(bool)]
    due = pairs.set_index([pairs["destination"].rename("payer"), pairs["origin"].rename("receiver"), "year"])
    due = due[["tax", "origin_due"]].astype("float64") / FEN_PER_BN
    table = wanted.reset_index().merge(due.reset_index(), on=["payer", "receiver", "year"], how="left")
    table = table.rename(columns={"origin_due": "lawful"})
    of_year = table["year"].isin(scheme.by_pair["year"])
    by_tax = table["lawful"].fillna(0.0).clip(upper=table["wanted"]).where(of_year)
    needed = table["wanted"] / table["tax"].where(table["tax"] > 0)
    table = table.assign(by_tax=by_tax, rest=table["wanted"] - by_tax, needed=needed)
    left = due.reset_index().merge(
        table[["payer", "receiver", "year", "by_tax"]], on=["payer", "receiver", "year"], how="left"
    )
    left = left.assign(lawful=left["origin_due"] - left["by_tax"].fillna(0.0))
    unused = left.loc[left["lawful"] > 0, ["payer", "receiver", "year", "lawful"]].reset_index(drop=True)
    return TaxCarriage(settlement, table, unused)
