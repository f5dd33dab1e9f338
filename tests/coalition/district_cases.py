"""Made-up districts, and their values by independent linear programs of another form."""

import numpy as np
from scipy.optimize import linprog

from haihe.coalition.district_spec import DistrictSpec, Endowment, Options, Response, Retrofits
from haihe.messages import Text
from haihe.planning.program import Floats


def text(name: str) -> Text:
    return Text(name, name)


def made_up(seed: int = 0, n: int = 4, sectors: int = 3, projects: int = 4) -> DistrictSpec:
    """Draw districts with permits and energy short by a few per cent, land and money short for projects, and sites."""
    rng = np.random.default_rng(seed)
    members = tuple(f"D{d}" for d in range(n))
    output = rng.uniform(5.0, 50.0, (n, sectors)) * (rng.random((n, sectors)) < 0.8)
    output[:, 0] += 1.0
    ends = np.array([0.1, 0.4, 0.6])
    starts = np.array([0.0, *ends[:-1]])
    responses = tuple(
        Response(name, text(name), (starts + ends) / 2 / elastic, output[..., None] * share * (ends - starts))
        for name, elastic, share in (("home", 0.5, 0.4), ("trade", 2.0, 0.5))
    )
    room = 0.2 * output[None] * np.array([1.0] + [0.0] * (sectors - 1))
    retrofits = Retrofits(("green",), (text("green"),), np.full((1, sectors), 0.03), room, np.full(sectors, 0.2))
    home = rng.integers(0, n, projects)
    second = (home + 1 + rng.integers(0, n - 1, projects)) % n
    moves = np.arange(projects) % 2 == 0
    project = np.sort(np.concatenate([np.arange(projects), np.flatnonzero(moves)]))
    district = np.array(
        [home[p] if k == 0 or project[k - 1] != p else second[p] for k, p in enumerate(project)], dtype=np.int64
    )
    land = rng.uniform(1.0, 5.0, project.size)
    money = rng.uniform(0.5, 2.0, project.size)
    options = Options(
        tuple(f"P{p}" for p in range(projects)), tuple(text(f"P{p}") for p in range(projects)), project.astype(np.int64),
        district, rng.uniform(0.05, 0.4, project.size), land[:, None], ("land",), money, project.astype(np.int64),
    )  # fmt: skip
    nothing = np.zeros(project.size)

    def endowment(
        name: str, thing: str, have: Floats, per_output: Floats, upgraded: float, per_option: Floats
    ) -> Endowment:
        return Endowment(
            name, thing, text(name), "t", have, per_output, np.array([upgraded]), per_option, "illustrative"
        )

    rate, power = rng.uniform(0.2, 5.0, sectors), rng.uniform(0.2, 2.0, sectors)
    asked = np.bincount(district, land, n), np.bincount(district, money, n)
    endowments = (
        endowment("co2:limits", "co2", output @ rate * rng.uniform(0.75, 0.95, n), rate, -0.2, 0.1 * land),
        endowment("energy:endowments", "energy", output @ power * rng.uniform(0.9, 1.05, n), power, -0.1, nothing),
        endowment("land:projects", "land", asked[0] * rng.uniform(0.3, 0.8, n), np.zeros(sectors), 0.0, land),
        endowment("funds", "funds", asked[1] * rng.uniform(0.2, 1.0, n), np.zeros(sectors), 0.0, money),
    )
    return DistrictSpec(
        "C", text("C"), members, tuple(text(name) for name in members), tuple(f"S{j}" for j in range(sectors)), 2030,
        output, responses, retrofits, options, endowments, {}, {"district_shares": "illustrative"},
    )  # fmt: skip


def cost_of(spec: DistrictSpec, group: list[int], things: tuple[str, ...]) -> float:
    """Cost of some districts acting together, by a program of their own: one row for what they pool, else one each.

    Nothing of the package's program is used: the columns are those of the group only, without transfers.
    """
    o, r = spec.options, spec.retrofits
    cost: list[float] = []
    most: list[float] = []
    use: list[list[float]] = []  # by endowment
    where: list[int] = []
    for d in group:
        for way in spec.responses:
            for (j, k), wide in np.ndenumerate(way.room[d]):
                cost.append(float(way.cost[k]))
                most.append(float(wide))
                use.append([-float(item.per_output[j]) for item in spec.endowments])
                where.append(d)
        for (t, j), wide in np.ndenumerate(r.room[:, d]):
            cost.append(float(r.cost[t, j]))
            most.append(float(wide))
            use.append([float(item.upgraded[t] * item.per_output[j]) for item in spec.endowments])
            where.append(d)
    first = len(cost)
    own = [k for k in range(o.gain.size) if o.district[k] in group]
    for k in own:
        cost.append(-float(o.gain[k]))
        most.append(1.0)
        use.append([float(item.per_option[k]) for item in spec.endowments])
        where.append(int(o.district[k]))
    table, place = np.array(use), np.array(where)
    rows, right = [], []
    for e, item in enumerate(spec.endowments):
        spare = item.have - spec.output @ item.per_output
        for part in [group] if item.thing in things else [[d] for d in group]:
            rows.append(table[:, e] * np.isin(place, part))
            right.append(float(spare[part].sum()))
    for p in range(len(o.projects)):
        home = int(o.district[np.flatnonzero(o.project == p)[0]])
        mine = [k for k in own if o.project[k] == p]
        away = [k for k in mine if o.district[k] != home]
        row = np.zeros(len(cost))
        row[[first + own.index(k) for k in mine]] = 1.0
        rows.append(row)
        right.append(1.0)
        if home not in group or "projects" not in things:
            shut = np.zeros(len(cost))
            shut[[first + own.index(k) for k in away]] = 1.0
            rows.append(shut)
            right.append(0.0)
    found = linprog(cost, np.array(rows), right, bounds=list(zip([0.0] * len(most), most, strict=True)), method="highs")
    assert found.status == 0, found.message
    return float(found.fun)


def gains_by_hand(spec: DistrictSpec, things: tuple[str, ...]) -> Floats:
    """Gain of every coalition, 亿元 a year, shape (2**n,)."""
    n = len(spec.members)
    alone = [cost_of(spec, [d], things) for d in range(n)]
    values = np.zeros(1 << n)
    for mask in range(1, 1 << n):
        group = [d for d in range(n) if mask >> d & 1]
        values[mask] = 10.0 * (sum(alone[d] for d in group) - cost_of(spec, group, things))
    return values
