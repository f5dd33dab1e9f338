"""Economies to plan in tests, and the models built on them.

A `Case` is an economy before calibration; `Case.build` makes the model and a solver session. Product functions are
looked up in their modules at the moment of the call, so that a test may put a broken one in place.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haihe.accounts import Accounts, build_interregional, read_provinces
from haihe.accounts.of_region import accounts_of
from haihe.messages import Text
from haihe.planning import caps, economy, edits, model
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy
from haihe.planning.inputs import caps_of, economy_of, intensity_of
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.planning.solver import Method, Session, Solution
from haihe.planning.technology import Technology
from haihe.region import read

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "jing-jin-ji"
PROVINCES = ["Beijing", "Tianjin", "Hebei"]
UNIT = "Mt CO2"
YUAN = {"万元": 1e4, "亿元": 1e8, "bn yuan": 1e9}
"""Yuan in each unit of money."""


@dataclass(frozen=True)
class Built:
    """A model in a solver session, with one cap on CO2 that `solve` sets."""

    case: "Case"
    economy: Economy
    spec: CapSpec
    model: Model
    session: Session

    @property
    def reference(self) -> Floats:
        """CO2 of each member on the reference path, Mt a year, shape (R, T)."""
        return self.spec.reference(self.economy)

    def free(self, method: Method | None = "ipx") -> Solution:
        """Solve without caps."""
        edits.lift_caps(self.session, self.model)
        return self.session.solve(method=method)

    def solve(self, cut: float, *, pooled: bool = True, more: float = 0.0, method: Method | None = "ipx") -> Solution:
        """Solve with caps that fall to a cut; ``more`` adds to the last cap of the first member, Mt."""
        path = caps.cap_path(self.reference, cut, self.economy.assumptions)
        path[0, -1] += more
        edits.set_caps(self.session, self.model, [replace(self.spec, cap=path, pooled=pooled)])
        return self.session.solve(method=method)


@dataclass(frozen=True)
class Case:
    """An economy before calibration. Flags have shape (n,), intensities Mt CO2 per bn yuan.

    ``growth`` (R, n) is how much faster than the trend output grows a year on the reference path.
    """

    accounts: Accounts
    members: list[str]
    partner: str
    technologies: tuple[Technology, ...]
    local: npt.NDArray[np.bool_]
    intensity: Floats
    partner_intensity: Floats
    assumptions: Assumptions = Assumptions()
    growth: Floats | None = None
    partners: dict[str, tuple[Floats, Floats]] | None = None

    def over(self, step: int, periods: int, outlook: int = 0) -> "Case":
        """Plan over other milestones, and one more that many years after the last of them where not 0."""
        first = self.assumptions.first_year
        last = first + step * (periods - 1)
        times = replace(self.assumptions, step=step, last_year=last, outlook_year=last + outlook)
        return replace(self, assumptions=times)

    def build(self, *, upgrades: bool = True) -> Built:
        """Calibrate, build and hand over."""
        years = np.asarray(self.assumptions.years, dtype=float) - self.assumptions.first_year
        calibrated = economy.calibrate(
            self.accounts,
            self.members,
            self.technologies if upgrades else (),
            self.assumptions,
            local=self.local,
            path=None if self.growth is None else (1 + self.growth[:, :, None]) ** years,
            partners=self.partners,
        )
        spec = CapSpec(
            "CARBON",
            "co2",
            UNIT,
            self.intensity,
            calibrated.change("co2"),
            np.full((len(self.members), len(self.assumptions.years)), 1e6),
            True,
            Text("碳", "carbon"),
        )
        built = model.build_model(calibrated, [spec])
        return Built(self, calibrated, spec, built, Session(built.program))

    def in_unit(self, unit: str) -> "Case":
        """Express the accounts in another unit of money, without the product's own conversion."""
        a, times = self.accounts, YUAN[self.accounts.unit] / YUAN[unit]
        names = ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "residual", "output", "flows")
        scaled = {name: getattr(a, name) * times for name in names if getattr(a, name) is not None}
        return replace(self, accounts=replace(a, unit=unit, **scaled))

    def permuted(self, seed: int = 1) -> tuple["Case", npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Put regions and sectors in another order; gives the case, and the old places of members and sectors."""
        rng = np.random.default_rng(seed)
        members = _moved(rng, len(self.members))
        order = _moved(rng, len(self.accounts.sectors))
        names = [self.members[k] for k in members]
        a = self.accounts.select([*names, self.partner])
        moved = replace(
            a,
            sectors=[a.sectors[k] for k in order],
            Z=a.Z[:, order][:, :, order],
            added=a.added[:, :, order],
            flows=None if a.flows is None else a.flows[:, :, order],
            **{
                name: getattr(a, name)[:, order]
                for name in ("final", "exports", "imports", "outflow", "inflow", "residual", "output")
            },
        )
        technologies = tuple(
            replace(t, **{name: flags[order] for name in ("energy", "can") if (flags := getattr(t, name)).size})
            for t in self.technologies
        )
        case = replace(
            self,
            accounts=moved,
            members=names,
            technologies=technologies,
            local=self.local[order],
            intensity=self.intensity[members][:, order],
            partner_intensity=self.partner_intensity[order],
            growth=None if self.growth is None else self.growth[members][:, order],
            partners=None
            if self.partners is None
            else {k: (a[members][:, order], b[members][:, order]) for k, (a, b) in self.partners.items()},
        )
        return case, members, order


def synthetic(seed: int = 0, members: int = 2, n: int = 3) -> Case:
    """Balanced made-up accounts of a few members and a partner; sector 1 may upgrade, sector 0 is energy."""
    rng = np.random.default_rng(seed)
    R = members + 1
    output = rng.uniform(75.0, 125.0, (R, n))
    Z = rng.uniform(0.2, 0.8, (R, n, n)) * output[:, None, :] / n
    added = (output - Z.sum(axis=1))[:, None, :] * np.array([0.5, 0.1, 0.15, 0.25])[None, :, None]
    exports, imports = rng.uniform(2.0, 8.0, (2, R, n))
    flows = rng.uniform(1.0, 6.0, (R, R, n))
    flows[np.arange(R), np.arange(R)] = 0.0
    demand = output - Z.sum(axis=2) - exports - flows.sum(axis=1) + imports + flows.sum(axis=0)
    if demand.min() <= 0:
        raise ValueError(f"seed {seed} gives negative demand")
    flags = np.arange(n)
    return Case(
        accounts=Accounts(
            regions=[*(f"M{r}" for r in range(members)), "REST"],
            sectors=[f"S{i}" for i in range(n)],
            year=2017,
            unit="亿元",
            final_kinds=["household_rural", "household_urban", "government", "investment", "inventories"],
            added_kinds=["labour", "taxes", "depreciation", "surplus"],
            Z=Z,
            final=demand[:, :, None] * np.array([0.2, 0.4, 0.15, 0.3, -0.05]),
            added=added,
            exports=exports,
            imports=imports,
            outflow=np.zeros((R, n)),
            inflow=np.zeros((R, n)),
            residual=np.zeros((R, n)),
            output=output,
            flows=flows,
        ),
        members=[f"M{r}" for r in range(members)],
        partner="REST",
        technologies=(Technology(energy=flags == 0, can=flags == 1),),
        local=flags == n - 1,
        intensity=rng.uniform(0.1, 2.0, (members, n)),
        partner_intensity=rng.uniform(0.1, 2.0, n),
    )


def with_two(case: Case) -> Case:
    """Offer a second technology, cheaper and weaker, to every sector."""
    second = Technology("light", energy=case.technologies[0].energy, co2=-0.05, energy_inputs=-0.04, retrofit=0.08)
    return replace(case, technologies=(*case.technologies, second))


def with_growth(case: Case, seed: int = 3, spread: float = 0.03) -> Case:
    """Let every sector of every member grow at a rate of its own; one falls faster than its capacity wears out."""
    growth = np.random.default_rng(seed).uniform(-spread, spread, case.intensity.shape)
    growth[0, 0] = -0.15
    return replace(case, growth=growth)


def with_partners(case: Case) -> Case:
    """Split trade with abroad between two groups."""
    share = np.random.default_rng(5).uniform(0.2, 0.8, (2, *case.intensity.shape))
    return replace(case, partners={"near": (share[0], share[1]), "far": (1 - share[0], 1 - share[1])})


def with_loss(case: Case) -> Case:
    """Let sector 1 of the first member run at a loss: wages above what is left after inputs."""
    added = case.accounts.added.copy()
    moved = 1.05 * added[0, 1:, 1].sum()
    added[0, 0, 1] += moved
    added[0, 3, 1] -= moved
    return replace(case, accounts=replace(case.accounts, added=added))


def of_example() -> Case:
    """Give the example region, 31 sectors."""
    region = read(EXAMPLE)
    assumptions = Assumptions.of(region)
    e = economy_of(region, assumptions)
    spec = next(cap for cap in caps_of(region, e) if cap.resource == "co2")
    accounts = accounts_of(region, e.year).scaled((1 + assumptions.growth) ** (assumptions.first_year - e.year))
    partner = region["regions"].set_index("role").loc["partner", "region"]
    outside, _ = intensity_of(region, spec.resource, accounts.year, [partner], accounts.sectors, UNIT)
    inside, _ = intensity_of(region, spec.resource, accounts.year, e.members, accounts.sectors, UNIT)
    return Case(accounts, e.members, str(partner), e.technologies, e.local, inside, outside[0], assumptions)


def published(reference: Path, beta: float = 1.0) -> Case:
    """Give the published 42 sectors of 2017, as in section 5 of the evidence: no guard on local products."""
    sys.path.insert(0, str(ROOT / "scripts" / "example"))
    from co2 import co2_by_sector

    provinces = read_provinces(reference / "china_provincial_io" / "china_provincial_io_2017.csv.gz", 2017)
    accounts = build_interregional(provinces, members=PROVINCES, beta=beta).accounts
    bn = accounts.select(PROVINCES).to_unit("bn yuan").output
    tonnes = co2_by_sector(reference, 2017, PROVINCES, bn)
    energy, upgradable = np.zeros((2, 42), dtype=bool)
    energy[[1, 2, 10, 23, 24]] = True
    upgradable[1:26] = True
    return Case(
        accounts=accounts,
        members=PROVINCES,
        partner=accounts.regions[-1],
        technologies=(Technology(energy=energy, can=upgradable),),
        local=np.zeros(42, dtype=bool),
        intensity=np.divide(tonnes, bn, out=np.zeros_like(bn), where=bn > 0),
        partner_intensity=np.zeros(42),
    )


def _moved(rng: np.random.Generator, size: int) -> npt.NDArray[np.int64]:
    """Draw an order that leaves nothing as it was where there are two or more."""
    order = rng.permutation(size)
    return np.asarray(order if (order != np.arange(size)).any() else order[::-1])
