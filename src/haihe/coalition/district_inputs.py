"""From a region's tables to the districts of a city: their output, their own means, their candidate projects.

No statistics of districts' accounts are published, so the city's calibrated economy is split by the declared table
``district_shares``; everything that rests on it carries that table's mark. Land, energy, money, laboratories and
projects are those that the region's tables state for the districts themselves.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from haihe.coalition.district_spec import DistrictSpec, Endowment, Options, Response, Retrofits
from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy
from haihe.planning.expansions import yearly_charge
from haihe.planning.program import Floats, Ints
from haihe.planning.project_inputs import district_of
from haihe.planning.projects import ProjectSpec, value_of
from haihe.planning.resources import ResourceSpec
from haihe.planning.setup import Setup, setup_of
from haihe.planning.soft import stairs
from haihe.planning.wedges import MARGIN, wedges
from haihe.region import Region

SHARES = "district_shares"
FUNDS, PROJECTS = "funds", "projects"
"""Things that are not resources: money for matching, and where a project may go."""
AWAY = 1e-6
"""How far the shares of a sector may add up to another number than 1."""


def district_spec(
    region: Region, city: str, *, by_value_added: float = 0.0, setup: Setup | None = None
) -> DistrictSpec:
    """Read the districts of a city.

    Parameters
    ----------
    region : Region
        A checked region with accounts and ``district_shares``; limits, resources, endowments, projects, finances are
        used where present.
    city : str
        A member of the plan, such as ``TJ``.
    by_value_added : float
        Share of the city's part of every cap that is first handed out by value added; the rest goes by use on the
        reference path, so that with 0 every district cuts by the same percentage.
    setup : Setup, optional
        As `haihe.planning.setup.setup_of` reads the region; read here where not given.

    Raises
    ------
    HaiheError
        ``E-COA-50`` a city without accounts or without districts in the table, ``E-COA-51`` shares that do not add up to
        1, and whatever the readers of the tables raise.
    """
    setup = setup or setup_of(region)
    economy, findings = setup.economy, Findings()
    if city not in economy.members:
        raise HaiheError("E-COA-50", table=SHARES, column="region", value=city, known="、".join(economy.members))
    share, districts = _shares(region, city, economy)
    at, year = economy.members.index(city), economy.assumptions.last_index
    trend = float(economy.assumptions.trend[year])
    output = share * economy.output[at, :, year] * trend
    retrofits = _retrofits(economy, at, output)
    responses = _responses(economy, at, share, output, 1.0 - retrofits.most)
    projects, home = _candidates(region, city, setup, districts)
    options = _options(setup, projects, home, trend)
    added = output * (1.0 - economy.a0[at].sum(axis=0))
    endowments = [
        *_quotas(setup, at, output, added, by_value_added, options),
        *_rooms(region, setup, options, districts, findings),
        *_funds(setup, options, districts, findings),
    ]
    names = _names(region, "regions", "region")
    marks: dict[str, Quality] = dict(setup.marks)
    marks[SHARES] = region.worst_quality(SHARES) or "illustrative"
    return DistrictSpec(
        city=city,
        title=names[city],
        members=districts,
        titles=tuple(names[code] for code in districts),
        sectors=tuple(economy.sectors),
        year=economy.assumptions.last_year,
        output=output,
        responses=responses,
        retrofits=retrofits,
        options=options,
        endowments=tuple(_counted(endowments, options)),
        things=_names(region, "resources", "resource") if region.has("resources") else {},
        marks=marks,
        findings=findings,
    )


def _shares(region: Region, city: str, economy: Economy) -> tuple[Floats, tuple[str, ...]]:
    """Shares of the districts in the city's output, shape (D, n), and the districts in the order of the table regions."""
    table = region.frame(SHARES).reset_index(drop=True)
    tree = region["regions"]
    below = tree.loc[tree["parent"] == city, "region"]
    table = table[table["region"].isin(below) & table["sector"].isin(economy.sectors)]
    districts = tuple(code for code in below if code in set(table["region"]))
    if len(districts) < 2:
        raise HaiheError("E-COA-50", table=SHARES, column="region", value=city, known="、".join(below) or "—")
    wide = table.pivot_table(index="region", columns="sector", values="share", aggfunc="sum", fill_value=0.0)
    share = wide.reindex(index=list(districts), columns=economy.sectors).fillna(0.0).to_numpy(dtype=np.float64)
    made = economy.output[economy.members.index(city), :, 0] > 0
    off = np.abs(share.sum(axis=0) - 1.0) * made
    if off.max() > AWAY:
        j = int(off.argmax())
        value = f"{share[:, j].sum():.6g}"
        raise HaiheError("E-COA-51", table=SHARES, column="share", sector=economy.sectors[j], city=city, value=value)
    return share, districts


def _responses(economy: Economy, at: int, share: Floats, output: Floats, open_: Floats) -> tuple[Response, ...]:
    """How output can fall: households buy less, less is sold elsewhere and more bought there; with the plan's elasticities.

    A district cuts its output as the plan lets the city do it: along the same stairs of consumption and of trade, each
    with the district's share of their reference amounts. Trade in locally supplied products has the plan's guard.
    """
    s, year = economy.assumptions, economy.assumptions.last_index
    trend = s.trend[year]
    home = economy.households[at, :, year]
    traded = (
        economy.exports[:, at, :, year].sum(axis=0)
        + economy.imports[:, at, :, year].sum(axis=0)
        + economy.outflow[at, :, year]
        + economy.inflow[at, :, year]
        + economy.flows[at, :, :, year].sum(axis=0)
        + economy.flows[:, at, :, year].sum(axis=0)
    )
    guard = np.where(economy.local, s.local_guard, 1.0)
    moved = share * (home + traded * guard) * trend
    limit = np.divide(open_ * output, moved, out=np.ones_like(moved), where=moved > open_ * output)
    made = []
    for name, zh, en, amount, elastic, most in (
        ("home", "居民少买", "Households buy less", home, "consumption", np.ones_like(guard)),
        ("trade", "少外销、多外购", "Less sold and more bought elsewhere", traded, "outflow", guard),
    ):
        cost, room = stairs(
            share * amount * trend, elasticity=s.elasticity[elastic], segments=s.segments, guard=most * limit
        )
        made.append(Response(name, Text(zh, en), cost, room))
    return tuple(made)


def _retrofits(economy: Economy, at: int, output: Floats) -> Retrofits:
    """What of each district's capacity may be upgraded by the last year of the plan, and what a unit costs a year.

    The net cost of a unit is what it costs beyond what it saves, as the plan's wedge has it, spread over the life of
    capital; see `haihe.planning.wedges`.
    """
    s, tau = economy.assumptions, wedges(economy)
    turned = economy.change("retrofit")[:, None] * economy.kappa[at]
    spared = tau.saving[:, at] / (1.0 + s.discount_steps[-1])
    net = np.maximum(turned - spared, 0.0) + MARGIN
    cost = yearly_charge(1.0, 1.0 / s.depreciation, s.discount) * net
    limit = economy.change("retrofit_limit")[:, None] * economy.can * float(s.last_year - s.first_year)
    limit = limit / np.maximum(limit.sum(axis=0), 1.0)
    return Retrofits(
        tuple(technology.name for technology in economy.technologies),
        tuple(technology.title for technology in economy.technologies),
        cost,
        limit[:, None, :] * output,
        limit.sum(axis=0),
    )


def _candidates(region: Region, city: str, setup: Setup, districts: tuple[str, ...]) -> tuple[ProjectSpec | None, Ints]:
    """The plan's projects, and the district that each option lies in (-1 where in none); shape (O,)."""
    spec = setup.projects
    if spec is None:
        return None, np.zeros(0, dtype=np.int64)
    own = np.array([_place(districts, district_of(region, site, [city])) for site in spec.sites], dtype=np.int64)
    return spec, own[spec.site]


def _place(labels: Sequence[str], name: str) -> int:
    return labels.index(name) if name in labels else -1


def _options(setup: Setup, spec: ProjectSpec | None, home: Ints, trend: float) -> Options:
    """One option a candidate and district, its first possible start; what the reference path builds anyway is no choice.

    The gain is the option's value at the prices of the reference path (`haihe.planning.projects.value_of`), spread evenly
    over the plan's years and brought to its last one.
    """
    if spec is None:
        return Options.none()
    economy = setup.economy
    earned, spent, _ = value_of(spec, economy, wedges(economy))
    free = ~(spec.committed | spec.anyway)[spec.project] & (home >= 0)
    table = pd.DataFrame({"project": spec.project, "district": home, "start": spec.start, "cost": spec.investment})
    first = (
        table[free].sort_values(["start", "cost"], kind="stable").groupby(["project", "district"], sort=True).head(1)
    )
    kept = first.index.to_numpy(dtype=np.int64)
    kept = kept[np.argsort(kept, kind="stable")]
    project = spec.project[kept]
    codes, place = np.unique(project, return_inverse=True)
    fixed = np.flatnonzero(spec.anyway[spec.project] & spec.reference & (home >= 0))
    return Options(
        projects=tuple(spec.projects[p] for p in codes),
        titles=tuple(spec.titles[p] for p in codes),
        project=place.astype(np.int64),
        district=home[kept],
        gain=(earned - spent)[kept] * trend / float(economy.assumptions.weights.sum()),
        uses=spec.uses[project],
        resources=spec.resources,
        matching=spec.district[project],
        source=project,
        taken=tuple((int(home[o]), spec.uses[spec.project[o]]) for o in fixed),
    )


def _quotas(
    setup: Setup, at: int, output: Floats, added: Floats, by_value_added: float, options: Options
) -> list[Endowment]:
    """The city's part of every cap and resource that bounds the economy, handed out to the districts.

    Caps by use and value added, resources by what each uses on the reference path: no table says what a district has of them.
    """
    year = setup.assumptions.last_index
    trend = float(setup.assumptions.trend[year])
    found = []
    stated: list[tuple[str, CapSpec | ResourceSpec, Floats, Floats, str]]
    stated = [(cap.resource, cap, cap.cap, cap.per_output, "limits") for cap in setup.caps]
    stated += [(item.name, item, item.endowment, item.intensity, "endowments") for item in setup.resources]
    for thing, item, amount, intensity, table in stated:
        total = float(amount[at, year]) * trend
        path = np.broadcast_to(intensity, (*intensity.shape[:2], len(setup.assumptions.years)))
        rate = path[at, :, year]
        use = output @ rate
        if not np.isfinite(total) or not use.any():
            continue
        part = by_value_added if table == "limits" else 0.0
        share = (1.0 - part) * use / use.sum() + part * added.sum(axis=1) / added.sum()
        found.append(
            Endowment(
                name=f"{thing}:{table}",
                thing=thing,
                title=item.title,
                unit=item.unit,
                have=total * share,
                per_output=rate,
                upgraded=item.upgraded,
                per_option=np.zeros(options.gain.size),
                quality=worst_quality(item.marks.values()) or "illustrative",
            )
        )
    return found


def _rooms(
    region: Region, setup: Setup, options: Options, districts: tuple[str, ...], findings: Findings
) -> list[Endowment]:
    """What districts have left over for new projects, less what projects built anyway take."""
    spec = setup.projects
    if spec is None or not options.gain.size:
        return []
    names = _names(region, "resources", "resource")
    year = spec.years.index(setup.assumptions.last_year)
    where = [_place(districts, district_of(region, site, [_city_of(region, districts)])) for site in spec.sites]
    found = []
    for u, resource in enumerate(spec.resources):
        room = spec.room[:, u, year]
        stated = [(d, value) for d, value in zip(where, room, strict=True) if d >= 0 and np.isfinite(value)]
        if not stated or not options.uses[:, u].any():
            continue
        have = np.zeros(len(districts))
        np.add.at(have, [d for d, _ in stated], [value for _, value in stated])
        np.subtract.at(have, [d for d, _ in options.taken], [uses[u] for _, uses in options.taken])
        title = names[resource]
        lacking = [code for d, code in enumerate(districts) if d not in {d for d, _ in stated}]
        if lacking:
            values = {"resource": title, "districts": "、".join(lacking)}
            findings.append(Finding("N-COA-53", table="endowments", column="region", values=values))
        found.append(
            Endowment(
                name=f"{resource}:projects",
                thing=resource,
                title=Text(f"{title.zh}（新项目）", f"{title.en} (new projects)"),
                unit=spec.units[u],
                have=np.maximum(have, 0.0),
                per_output=np.zeros(len(setup.economy.sectors)),
                upgraded=np.zeros(len(setup.economy.technologies)),
                per_option=options.uses[:, u],
                quality=spec.marks.get("endowments", "illustrative"),
            )
        )
    return found


def _names(region: Region, table: str, key: str) -> dict[str, Text]:
    """Names by code."""
    rows = region.frame(table)[[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
    return {str(code): Text(str(zh), str(en)) for code, zh, en in rows}


def _city_of(region: Region, districts: Sequence[str]) -> str:
    """The city that the districts lie in."""
    tree = region["regions"].set_index("region")["parent"]
    return str(tree[districts[0]])


def _funds(setup: Setup, options: Options, districts: tuple[str, ...], findings: Findings) -> list[Endowment]:
    """Districts' money for matching over the plan; one that states none has what its own candidates ask for, no more."""
    money = setup.money
    if money is None or not options.matching.any():
        return []
    s = setup.assumptions
    within = [t for t, year in enumerate(money.years) if year <= s.last_year]
    stated = {code: float(money.matching[d, within].sum()) for d, code in enumerate(money.districts)}
    asked = np.bincount(options.district, options.matching, len(districts))
    known = np.array([stated.get(code, np.inf) for code in districts])
    unknown = ~np.isfinite(known)
    if unknown.any():
        lacking = "、".join(code for code, flag in zip(districts, unknown, strict=True) if flag)
        findings.append(Finding("N-COA-54", table="finances", column="region", values={"districts": lacking}))
    return [
        Endowment(
            name=FUNDS,
            thing=FUNDS,
            title=Text("配套财力", "money for matching"),
            unit="亿元",
            have=np.where(unknown, asked, known),
            per_output=np.zeros(len(setup.economy.sectors)),
            upgraded=np.zeros(len(setup.economy.technologies)),
            per_option=options.matching,
            quality=money.quality,
        )
    ]


def _counted(endowments: Sequence[Endowment], options: Options) -> list[Endowment]:
    """Let projects use the quota of a resource where nothing is stated as room for projects."""
    roomy = {item.thing for item in endowments if item.per_option.any()}
    place: Mapping[str, int] = {name: u for u, name in enumerate(options.resources)}
    return [
        item.used_by(options.uses[:, place[item.thing]])
        if item.thing in place and item.thing not in roomy and item.per_output.any()
        else item
        for item in endowments
    ]
