"""Perhaps the same project twice: like enterprises, equipment and invoices across funds, shown and never decided.

Names are compared by the edit distance of rapidfuzz (optional extra ``match``) after full and half width, punctuation
and the words that every firm bears are evened out. A pair in the list is a question to a person, with what speaks for
and against it; nothing is refused or removed because of it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import HaiheError, Quality, Text
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
"""Names compared with all others at once, which bounds the memory."""
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
        outside 0 to 100, ``E-RUL-87`` without the extra ``match``.
    """
    _check(applications, items)
    for value in (name_least, item_least):
        if not 0 <= value <= 100:
            raise HaiheError("E-RUL-88", value=value)
    fuzzy = _rapidfuzz()
    frame = applications.reset_index(drop=True)
    pairs = _like_names(frame, fuzzy, name_least, common)
    pairs |= _sharing(frame, "credit_code") | _sharing_invoice(frame, items)
    fund = frame["fund"].to_numpy()
    kept = sorted(pair for pair in pairs if across == "all" or fund[pair[0]] != fund[pair[1]])
    rows = [_row(frame, items, one, other, fuzzy, item_least, common) for one, other in kept]
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


def _like_names(frame: pd.DataFrame, fuzzy: ModuleType, least: float, common: Sequence[str]) -> set[tuple[int, int]]:
    """Pairs whose names are alike, compared name by name once, a chunk against all."""
    plain = [plain_name(name, common) for name in frame["enterprise"]]
    codes, names = pd.factorize(np.array(plain, dtype=object))
    rows = pd.Series(range(len(frame))).groupby(codes).agg(list)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(names), CHUNK):
        likeness = fuzzy.process.cdist(
            names[start : start + CHUNK], names, scorer=fuzzy.fuzz.ratio, score_cutoff=least, workers=1
        )
        for one, other in np.argwhere(likeness >= max(least, 1e-9)):
            found |= {(i, j) for i in rows[start + one] for j in rows[other] if i < j}
    return found


def _sharing(frame: pd.DataFrame, column: str) -> set[tuple[int, int]]:
    """Pairs with the same value in a column; a missing value is like no other."""
    if column not in frame:
        return set()
    groups = frame[column].dropna().astype(str).str.strip().str.upper()
    groups = groups[groups != ""]
    found: set[tuple[int, int]] = set()
    for rows in groups.groupby(groups).groups.values():
        found |= {(int(i), int(j)) for i in rows for j in rows if i < j}
    return found


def _sharing_invoice(frame: pd.DataFrame, items: pd.DataFrame | None) -> set[tuple[int, int]]:
    """Pairs of applications with an invoice in common."""
    if items is None:
        return set()
    place = {name: i for i, name in enumerate(frame["application"])}
    own = items[items["application"].isin(place)].dropna(subset="invoice")
    found: set[tuple[int, int]] = set()
    for names in own.groupby(own["invoice"].astype(str).str.strip().str.upper())["application"].unique():
        rows = sorted(place[name] for name in names)
        found |= {(i, j) for i in rows for j in rows if i < j}
    return found


def _row(
    frame: pd.DataFrame,
    items: pd.DataFrame | None,
    one: int,
    other: int,
    fuzzy: ModuleType,
    least: float,
    common: Sequence[str],
) -> tuple[object, ...]:
    """Compare one pair in full."""
    a, b = frame.iloc[one], frame.iloc[other]
    likeness = fuzzy.fuzz.ratio(plain_name(a["enterprise"], common), plain_name(b["enterprise"], common))
    codes = [row.get("credit_code") for row in (a, b)]
    same = (
        None if any(pd.isna(code) or code == "" for code in codes) else _plain_code(codes[0]) == _plain_code(codes[1])
    )
    invoices, listed, amount = 0, "", None
    if items is not None:
        mine, theirs = (items[items["application"] == row["application"]] for row in (a, b))
        invoices = len(_invoices(mine) & _invoices(theirs))
        listed, amount = _like_items(mine, theirs, fuzzy, least)
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
    return listed, int(amounts.sum()) if len(amounts) else None


def _item_likeness(mine: Iterable[object], theirs: Iterable[object], fuzzy: ModuleType) -> npt.NDArray[np.float32]:
    """Likeness of every pair of items: letter by letter without spaces, or word by word in any order, the better."""
    one, other = ([plain_name(item) for item in side] for side in (mine, theirs))
    words = fuzzy.process.cdist(one, other, scorer=fuzzy.fuzz.token_sort_ratio, workers=1)
    close = [[name.replace(" ", "") for name in side] for side in (one, other)]
    letters = fuzzy.process.cdist(*close, scorer=fuzzy.fuzz.ratio, workers=1)
    return np.asarray(np.maximum(words, letters), dtype=np.float32)
