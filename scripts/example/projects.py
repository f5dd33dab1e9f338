"""About 120 made-up candidate projects over Tianjin's districts, drawn with a fixed seed."""

from collections import defaultdict
from dataclasses import dataclass
from random import Random

from files import Row, read_hand, significant
from fiscal import fiscal_rows

SEED = 20260101
COUNT = 120
START = 2025
ROOM = 0.6
"""Share of what the candidates ask for that a district can give, so that not all can go ahead."""
MARK_ZH, MARK_EN = "（示例）", " (example)"
NOTE = "虚构项目，不对应任何企业或真实申报 / made up; stands for no firm and no real application"
DEMO = {"source": "DEMO", "quality": "illustrative"}
THRESHOLD = {"CHAIN-GAP": 5000.0, "UPGRADE": 1000.0, "BASE": 2000.0, "SAVING": 100.0}
"""Least investment of an article, 万元."""
RATE_CAP = {
    "CHAIN-GAP": (0.10, 5000.0),
    "UPGRADE": (0.10, 5000.0),
    "BASE": (0.20, 3000.0),
    "ADAPT": (0.20, 1000.0),
    "DIGITAL-NATION": (0.30, 500.0),
    "DIGITAL-CITY": (0.20, 300.0),
}
"""Rate and cap (万元) of the articles that the districts match."""
RETROFIT = {"UPGRADE", "SAVING", "DIGITAL-NATION", "DIGITAL-CITY", "ADAPT"}
CO2_PER_TCE = 2.5
YEARS = range(2026, 2031)
TIES: dict[str, Row] = {
    "P067": {
        "phase_of": "P007",
        "note": "二期，须在一期建成后于同址开工 / phase two, on the site of the first once that is complete",
    },
    "P004": {
        "requires": "P003",
        "note": "须适配验证中心（P003）先行或同时开工 / the adaptation centre (P003) must be started no later",
    },
    "P101": {
        "excludes": "P041",
        "note": "与P041使用同一乙烯来源，二者择一 / one source of ethylene for it and P041: either of them",
    },
    "P013": {"moves_from": "BJ", "note": "自北京整体迁入 / moves from Beijing as a whole"},
}
"""What is tied to what, made up like the projects themselves."""
MATCH = 0.25
"""Share of the matching that a district's candidates need which its budget gives a year."""


NOT_TABLES = {"topics"}
"""Hand-written tables that are no tables of a region."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of project.

    ``zh`` and ``en`` hold ``{n}``, filled by one of ``sizes``. ``low`` and ``high`` bound the investment in 亿元;
    ``energy`` is tce a 亿元 of output (negative: tce saved a 亿元 of investment), ``lab`` laboratory hours a project;
    ``districts`` are where such a project could stand.
    """

    chain: str
    sector: str
    article: str
    zh: str
    en: str
    sizes: list[int]
    low: float
    high: float
    districts: list[str]
    energy: float
    lab: float


def read_topics() -> list[Topic]:
    """Read the hand-written kinds of projects."""
    return [
        Topic(
            row["chain"],
            row["sector"],
            row["article"],
            row["zh"],
            row["en"],
            [int(size) for size in row["sizes"].split()],
            float(row["low"]),
            float(row["high"]),
            [f"TJ-{district}" for district in row["districts"].split()],
            float(row["energy"]),
            float(row["lab"]),
        )
        for row in read_hand("topics")
    ]


def draw() -> dict[str, list[Row]]:
    """Draw all projects, and what districts could give for them; the same every time.

    Returns
    -------
    dict of list of Row
        Tables ``projects``, ``project_sites``, ``project_resources``, and rows of ``endowments``, ``budgets`` and
        ``finances``.
    """
    random, beside = Random(SEED), Random(SEED + 1)
    topics = read_topics()
    words = {row["region"]: (row["name_zh"], row["name_en"]) for row in read_hand("regions")}
    districts = [region for region in words if region.startswith("TJ-")]
    projects: list[Row] = []
    sites: list[Row] = []
    needs: list[Row] = []
    asked: dict[tuple[str, str], float] = defaultdict(float)
    match: dict[str, float] = defaultdict(float)
    spent: dict[str, float] = defaultdict(float)
    for k in range(COUNT):
        topic, turn = topics[k % len(topics)], k // len(topics)
        code = f"P{k + 1:03d}"
        places = topic.districts
        # Topics and rounds start at different districts, so that projects spread over the city.
        first = (k + turn) % len(places)
        places = (places[first:] + places[:first])[: 1 + int(random.random() * min(3, len(places)))]
        project = _project(code, topic, turn, words[places[0]], random)
        projects.append(_tied(_dated({**project, **_support(project, topic, beside)})))
        sites += [_site(code, place, project["investment"], n, random) for n, place in enumerate(places)]
        for resource, value, unit in _needs(topic, project, random):
            needs.append({"project": code, "resource": resource, "value": value, "unit": unit, **DEMO})
            asked[places[0], resource] += value
        match[places[0]] += _district_half(project)
        spent[places[0]] += project["investment"]
    return {
        "projects": projects,
        "project_sites": sites,
        "project_resources": needs,
        "endowments": _endowments(asked, districts),
        "budgets": _matching(match, districts),
        "finances": fiscal_rows(match, spent, districts, beside),
    }


def _project(code: str, topic: Topic, turn: int, district: tuple[str, str], random: Random) -> Row:
    least = THRESHOLD.get(topic.article, 0.0)
    investment = max(significant(1e4 * topic.low * (topic.high / topic.low) ** random.random(), 3), least)
    share = 0.45 + 0.35 * random.random()
    turnover = 0.7 + 1.1 * random.random()
    output = significant(investment * turnover, 3)
    size = topic.sizes[turn % len(topic.sizes)]
    jobs = max(10, round(output / 1e4 * (45 + 60 * random.random())))
    saving = topic.article == "SAVING"
    return {
        "project": code,
        "name_zh": f"{district[0]}{topic.zh.format(n=size)}项目{MARK_ZH}",
        "name_en": f"{district[1]}: {topic.en.format(n=size)}{MARK_EN}",
        "chain": topic.chain,
        "sector": topic.sector,
        "article": topic.article,
        "investment": investment,
        "equipment": significant(investment * share, 3),
        "output": significant(investment * 0.2, 2) if saving else output,
        "jobs": 5 if saving else jobs,
        "start": START + int(random.random() * 3),
        "ownership": _pick(random, ("private", "private", "private", "state", "state", "foreign", "mixed")),
        "stage": _pick(random, ("contact", "contact", "contact", "signed", "signed", "started")),
        **DEMO,
        "note": NOTE + (_saved(topic, investment) if saving else ""),
    }


def _dated(project: Row) -> Row:
    """What has been started was so before the plan; nothing else starts before it."""
    started = project["stage"] == "started"
    return {**project, "start": START if started else max(project["start"], YEARS.start)}


def _tied(project: Row) -> Row:
    """Add what a project is tied to, and say it in its note."""
    ties = TIES.get(project["project"])
    return project if ties is None else {**project, **ties, "note": f"{project['note']}；{ties['note']}"}


def _saving(topic: Topic, investment: float) -> float:
    return significant(-topic.energy * investment / 1e4)


def _saved(topic: Topic, investment: float) -> str:
    tce = _saving(topic, investment)
    return f"；年节能约{tce:.0f}吨标准煤 / saves about {tce:.0f} tce a year"


def _support(project: Row, topic: Topic, random: Random) -> Row:
    """Energy saved, years of construction, and the least support without which it would not be built, 万元.

    A quarter would be built anyway; most need part of what the rules give, some more than that (never one that has been
    started). Of those that can ask for nothing, a third need something all the same.
    """
    saving = _saving(topic, project["investment"]) if topic.article == "SAVING" else None
    rate, cap = RATE_CAP.get(topic.article, (0.0, 0.0))
    given = min(rate * project["equipment"], cap)
    if saving is not None:
        given = min(0.04 * saving, 400.0, 0.3 * project["investment"])
    draw, share = random.random(), random.random()
    if given <= 0:
        need = 0.0 if draw < 0.67 else significant(0.02 * project["investment"])
    elif draw < 0.25:
        need = 0.0
    elif draw < 0.88 or project["stage"] == "started":
        need = significant(given * (0.3 + 0.7 * share) * 0.99)
    else:
        need = significant(given * (1.1 + 0.5 * share))
    large = project["investment"] >= 5e4
    return {"saving": saving, "need": need, "construction": 3 if large else 1 if topic.article in RETROFIT else 2}


def _pick(random: Random, choices: tuple[str, ...]) -> str:
    return choices[int(random.random() * len(choices))]


def _site(code: str, place: str, investment: float, n: int, random: Random) -> Row:
    extra = 0.0 if n == 0 else significant(investment * (0.01 + 0.05 * random.random()))
    return {"project": code, "region": place, "extra_cost": extra, **DEMO, "note": ""}


def _needs(topic: Topic, project: Row, random: Random) -> list[tuple[str, float, str]]:
    """What a project uses at capacity; a saving project uses no more of anything."""
    yi = project["output"] / 1e4
    retrofit = topic.article in RETROFIT
    lab = topic.lab * (0.7 + 0.6 * random.random())
    dense = random.random()
    if topic.energy < 0:
        return []
    # A retrofit needs little land and only part of the line's energy on top.
    land = yi * (14 + 16 * dense) * (0.0 if retrofit else 1.0)
    energy = yi * topic.energy * (0.75 + 0.5 * dense) * (0.3 if retrofit else 1.0)
    found = [
        ("land", significant(land), "亩"),
        ("energy", significant(energy), "tce"),
        ("co2", significant(energy * CO2_PER_TCE), "t CO2"),
        ("labour", float(project["jobs"]), "persons"),
        ("water", significant(yi * (1200 + 2200 * dense) * (0.3 if retrofit else 1.0)), "m3"),
        ("lab", significant(lab), "机时"),
    ]
    return [item for item in found if item[1] > 0]


def _district_half(project: Row) -> float:
    rate, cap = RATE_CAP.get(project["article"], (0.0, 0.0))
    return min(rate * project["equipment"], cap) / 2


def _endowments(asked: dict[tuple[str, str], float], districts: list[str]) -> list[Row]:
    """Land, energy and workers that districts set aside for new projects, a part of what is asked: purpose projects."""
    note = (
        "示例：区内可供新项目使用的余量，按候选项目需求的约60%设定 / made up: about 60 % of what the candidates ask for"
    )
    units = {"land": "亩", "energy": "tce", "labour": "persons"}
    return [
        {
            "region": district,
            "resource": resource,
            "year": START,
            "value": significant(asked[district, resource] * ROOM),
            "purpose": "projects",
            "unit": unit,
            **DEMO,
            "note": note,
        }
        for district in districts
        for resource, unit in units.items()
        if asked[district, resource] > 0
    ]


def _matching(match: dict[str, float], districts: list[str]) -> list[Row]:
    """Money with which districts can match the manufacturing fund."""
    note = (
        "示例：区级配套财力，按候选项目所需配套的约60%设定 / made up: about 60 % of the matching that candidates need"
    )
    later = "示例：区级年度配套预算，约为候选项目所需配套的四分之一 / made up: a quarter of the matching that candidates need"
    shares = {START: (ROOM, note), **dict.fromkeys(YEARS, (MATCH, later))}
    return [
        {
            "fund": "MFG",
            "region": district,
            "year": year,
            "value": significant(match[district] * share),
            "unit": "万元",
            **DEMO,
            "note": said,
        }
        for year, (share, said) in shares.items()
        for district in districts
        if match[district] > 0
    ]
