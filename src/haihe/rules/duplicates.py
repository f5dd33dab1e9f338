"""Perhaps the same project twice: like enterprises, equipment and invoices across funds, shown and never decided.

Names are compared by the edit distance of rapidfuzz (optional extra ``match``) after full and half width, punctuation
and the words that every firm bears are evened out. A pair in the list is a question to a person, with what speaks for
and against it; nothing is refused or removed because of it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import HaiheError, Quality, Text
from haihe.rules.money import whole
from haihe.rules.tabled import Tabled, in_wan, money

NEEDED = ("application", "fund", "enterprise")
ITEM_COLUMNS = ("application", "item", "invoice", "amount")
FORMS = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "集团",
    "公司",
    "co ltd",
    "company limited",
    "limited",
    "ltd",
    "inc",
)
"""Words that nearly every firm bears; longer ones first."""
CHUNK = 1000
"""Different names compared with all others at once: the memory is four bytes for each of these with each other name."""
MOST_PAIRS = 100_000
"""Most pairs that a list may have: no office looks through more."""
NOTE = Text(
    "本表只列出疑似重复，须由人核实；软件不作认定。",
    "The list shows possible duplicates for a person to look at; nothing is decided.",
)


@dataclass(frozen=True)
class Duplicates(Tabled):
    """Pairs of applications that may be the same project.

    Attributes
    ----------
    frame : DataFrame
        application, other, fund, other_fund, enterprise, other_enterprise, likeness (of the names, 0 to 100), same_code
        (True, False or missing), invoices (number shared), items (matched, as text), amount (of the matched items of
        `application` in fen, missing where none has an amount); the strongest first.
    """

    frame: pd.DataFrame
    source: Text
    quality: Quality

    def shown(self) -> Iterable[Table]:
        """Give the list."""
        words = {
            "application": Text("申报编号", "application"), "fund": Text("资金", "fund"),
            "enterprise": Text("企业", "enterprise"), "other": Text("对比申报", "compared with"),
            "other_fund": Text("对比资金", "its fund"), "other_enterprise": Text("对比企业", "its enterprise"),
        }  # fmt: skip
        codes = {True: Text("相同", "same"), False: Text("不同", "different")}
        frame = in_wan(self.frame, ("amount",))
        columns = [Column(key, title, kind="text") for key, title in words.items()]
        columns += [Column("likeness", Text("名称相似度", "likeness of names"), unit=Text("0–100", "0–100"), digits=0)]
        columns += [Column("same_code", Text("统一社会信用代码", "credit code"), kind="text", labels=codes)]
        columns += [Column("invoices", Text("相同发票", "invoices shared"), digits=0)]
        columns += [Column("items", Text("相似设备", "like equipment"), kind="text")]
        columns += [money(frame, "amount", Text("相似设备金额", "amount of it"))]
        title = Text("疑似重复支持", "possible duplicate support")
        yield Table(
            frame, columns, key="duplicates", title=title, source=self.source, quality=self.quality, notes=[NOTE]
        )


def find_duplicates(
    applications: pd.DataFrame,
    items: pd.DataFrame | None,
    source: Text,
    quality: Quality,
    *,
    name_least: float,
    item_least: float,
    across: Literal["funds", "all"] = "funds",
    common: Sequence[str] = (),
) -> Duplicates:
    """List pairs of applications that may be the same project.

    A pair is listed where the names are alike, or the credit code is the same, or an invoice is shared.

    Parameters
    ----------
    applications : DataFrame
        ``application`` (unique), ``fund``, ``enterprise`` and, where known, ``credit_code``.
    items : DataFrame, optional
        Equipment: ``application``, ``item`` (name and model), ``invoice`` (missing where unknown), ``amount`` (fen).
    source : Text
    quality : {"official", "estimated", "illustrative"}
    name_least, item_least : float
        Likeness of names and items from which on they count as alike, 0 to 100.
    across : {"funds", "all"}
        Pairs of different funds only, or all.
    common : sequence of str
        Further words to leave out of names, e.g. the city's name.

    Returns
    -------
    Duplicates

    Raises
    ------
    HaiheError
        ``E-RUL-77`` for missing columns, ``E-RUL-51`` where an application stands twice, ``E-RUL-88`` for a likeness
        outside 0 to 100, ``E-RUL-87`` without the extra ``match``, ``E-RUL-89`` for more than `MOST_PAIRS` pairs.
    """
    _check(applications, items)
    for value in (name_least, item_least):
        if not 0 <= value <= 100:
            raise HaiheError("E-RUL-88", value=value)
    fuzzy = _rapidfuzz()
    frame = applications.reset_index(drop=True)
    names = _Names(frame["enterprise"], fuzzy, common)
    pairs = _Pairs(frame["fund"] if across == "funds" else frame["application"])
    _like_names(pairs, names, name_least)
    _sharing(pairs, frame, "credit_code")
    _sharing_invoice(pairs, frame, items)
    bought = {} if items is None else dict(iter(items.groupby("application")))
    nothing = None if items is None else items.iloc[:0]
    own = [bought.get(name, nothing) for name in frame["application"]]
    rows = [_row(frame, own, names, one, other, item_least) for one, other in sorted(pairs.found)]
    columns = [
        "application", "other", "fund", "other_fund", "enterprise", "other_enterprise", "likeness", "same_code",
        "invoices", "items", "amount",
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns).astype({"same_code": "boolean", "amount": "Int64", "likeness": float})
    strongest = ["invoices", "same_code", "likeness", "application", "other"]
    found = found.sort_values(strongest, ascending=[False, False, False, True, True], ignore_index=True)
    return Duplicates(found, source, quality)


def _check(applications: pd.DataFrame, items: pd.DataFrame | None) -> None:
    for frame, needed, table in ((applications, NEEDED, "applications"), (items, ITEM_COLUMNS, "items")):
        lacking = [name for name in needed if frame is not None and name not in frame]
        if lacking:
            raise HaiheError("E-RUL-77", table=table, value=", ".join(lacking))
    twice = applications.loc[applications["application"].duplicated(), "application"]
    if len(twice):
        raise HaiheError("E-RUL-51", table="applications", value=str(twice.iloc[0]))


def _rapidfuzz() -> ModuleType:
    """Load the optional library; ``E-RUL-87`` where it is absent."""
    try:
        import rapidfuzz
    except ImportError as error:
        raise HaiheError("E-RUL-87") from error
    return rapidfuzz


def plain_name(name: object, common: Sequence[str] = ()) -> str:
    """Even a name out: one width, small letters, no punctuation, without the words that every firm bears.

    Examples
    --------
    >>> plain_name("天津海河（示例）精密机械有限公司", ["天津"]), plain_name("ＡＢＣ Machines Co., Ltd.")
    ('海河示例精密机械', 'abc machines')
    """
    text = unicodedata.normalize("NFKC", str(name)).lower()
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    text = re.sub(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])", "", text)
    for word in (*common, *FORMS):
        text = text.replace(word.lower(), "")
    return text.strip() or str(name)


class _Names:
    """Names of enterprises evened out, each different one once, and their likeness, each two once."""

    def __init__(self, enterprises: "pd.Series[Any]", fuzzy: ModuleType, common: Sequence[str]) -> None:
        self.fuzzy = fuzzy
        given, different = pd.factorize(enterprises.astype(object), use_na_sentinel=False)
        plain = np.array([plain_name(name, common) for name in different], dtype=object)
        codes, self.table = pd.factorize(plain)
        self.codes = codes[given]
        self.known: dict[tuple[int, int], float] = {}

    def likeness(self, one: int, other: int) -> float:
        """Likeness of the names of two rows, 0 to 100."""
        pair = int(self.codes[one]), int(self.codes[other])
        if pair not in self.known:
            self.known[pair] = float(self.fuzzy.fuzz.ratio(self.table[pair[0]], self.table[pair[1]]))
        return self.known[pair]


class _Pairs:
    """Gathers pairs of rows that are on different sides, never more than `MOST_PAIRS`."""

    def __init__(self, sides: "pd.Series[Any]") -> None:
        codes = pd.factorize(sides)[0]
        self.sides = np.where(codes < 0, -1 - np.arange(len(codes)), codes)
        self.found: set[tuple[int, int]] = set()

    def by_side(self, rows: Iterable[int]) -> dict[int, list[int]]:
        """Rows of each side; a missing side is a side of its own."""
        parts: dict[int, list[int]] = {}
        for row in rows:
            parts.setdefault(int(self.sides[row]), []).append(int(row))
        return parts

    def between(self, one: Mapping[int, list[int]], other: Mapping[int, list[int]]) -> None:
        """Add the pairs of rows of one group with rows of another, or of the same, on another side."""
        for side, rows in one.items():
            for across, others in other.items():
                if side == across or (one is other and side > across):
                    continue
                if len(rows) * len(others) <= MOST_PAIRS:
                    self.found.update((min(i, j), max(i, j)) for i in rows for j in others)
                if len(rows) * len(others) > MOST_PAIRS or len(self.found) > MOST_PAIRS:
                    raise HaiheError("E-RUL-89", limit=MOST_PAIRS)

    def within(self, rows: Iterable[int]) -> None:
        """Add the pairs of one group."""
        parts = self.by_side(rows)
        self.between(parts, parts)


def _like_names(pairs: _Pairs, names: _Names, least: float) -> None:
    """Add pairs whose names are alike, compared name by name once, a chunk against all."""
    fuzzy, table = names.fuzzy, names.table
    rows = pd.Series(range(len(names.codes))).groupby(names.codes).agg(list)
    groups = [pairs.by_side(part) for part in rows]
    for start in range(0, len(table), CHUNK):
        chunk = table[start : start + CHUNK]
        likeness = fuzzy.process.cdist(chunk, table, scorer=fuzzy.fuzz.ratio, score_cutoff=least, workers=1)
        for one, row in enumerate(likeness, start):
            for other in np.flatnonzero(row[one:] >= max(least, 1e-9)) + one:
                pairs.between(groups[one], groups[other])


def _sharing(pairs: _Pairs, frame: pd.DataFrame, column: str) -> None:
    """Add pairs with the same value in a column; a missing value is like no other."""
    if column not in frame:
        return
    groups = frame[column].dropna().astype(str).str.strip().str.upper()
    groups = groups[groups != ""]
    for rows in groups.groupby(groups).groups.values():
        pairs.within(rows)


def _sharing_invoice(pairs: _Pairs, frame: pd.DataFrame, items: pd.DataFrame | None) -> None:
    """Add pairs of applications with an invoice in common."""
    if items is None:
        return
    place = {name: i for i, name in enumerate(frame["application"])}
    own = items[items["application"].isin(place)].dropna(subset="invoice")
    for names in own.groupby(own["invoice"].astype(str).str.strip().str.upper())["application"].unique():
        pairs.within(place[name] for name in names)


def _row(
    frame: pd.DataFrame, items: Sequence[pd.DataFrame | None], names: _Names, one: int, other: int, least: float
) -> tuple[object, ...]:
    """Compare one pair in full."""
    a, b = frame.iloc[one], frame.iloc[other]
    likeness = names.likeness(one, other)
    codes = [row.get("credit_code") for row in (a, b)]
    same = (
        None if any(pd.isna(code) or code == "" for code in codes) else _plain_code(codes[0]) == _plain_code(codes[1])
    )
    invoices, listed, amount = 0, "", None
    mine, theirs = items[one], items[other]
    if mine is not None and theirs is not None:
        invoices = len(_invoices(mine) & _invoices(theirs))
        listed, amount = _like_items(mine, theirs, names.fuzzy, least)
    named = (a["application"], b["application"], a["fund"], b["fund"], a["enterprise"], b["enterprise"])
    return (*named, likeness, same, invoices, listed, amount)


def _plain_code(code: object) -> str:
    return str(code).strip().upper()


def _invoices(items: pd.DataFrame) -> set[str]:
    return {_plain_code(value) for value in items["invoice"].dropna()}


def _like_items(mine: pd.DataFrame, theirs: pd.DataFrame, fuzzy: ModuleType, least: float) -> tuple[str, int | None]:
    """Items of one application that are like some item of the other, as text, with their amount."""
    if not len(mine) or not len(theirs):
        return "", None
    likeness = _item_likeness(mine["item"], theirs["item"], fuzzy)
    best = likeness.argmax(axis=1)
    like = likeness.max(axis=1) >= least
    names, others = mine["item"].to_numpy(), theirs["item"].to_numpy()
    listed = "; ".join(f"{names[k]} ~ {others[best[k]]}" for k in np.flatnonzero(like))
    amounts = mine["amount"][like].dropna()
    return listed, int(whole([sum(map(int, amounts))])[0]) if len(amounts) else None


def _item_likeness(mine: Iterable[object], theirs: Iterable[object], fuzzy: ModuleType) -> npt.NDArray[np.float32]:
    """Likeness of every pair of items: letter by letter without spaces, or word by word in any order, the better."""
    one, other = ([plain_name(item) for item in side] for side in (mine, theirs))
    words = fuzzy.process.cdist(one, other, scorer=fuzzy.fuzz.token_sort_ratio, workers=1)
    close = [[name.replace(" ", "") for name in side] for side in (one, other)]
    letters = fuzzy.process.cdist(*close, scorer=fuzzy.fuzz.ratio, workers=1)
    return np.asarray(np.maximum(words, letters), dtype=np.float32)
