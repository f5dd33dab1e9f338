"""Schemes that share tax between the origin and the destination of a moved firm, and who falls under them.

The parameters come from a dated scheme file; nothing of the scheme of 2015 stands in this code. A scheme says which
taxes count, over how many years before the move the base is taken, what makes a firm fall under it, which share the
origin gets in which year, at what sum it ends, and when it stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.rules.money import decimal_of, said_money

Losses = Literal["zero", "carry"]
Start = Literal["same_year", "next_year"]
Way = Literal["half_up", "down", "up"]
FLAGS = ("fits_layout", "listed_by_origin", "listed_by_destination")
DATES = ("registered", "producing")
LEADERS = {
    "government": "government", "政府": "government", "政府主导": "government", "由政府主导": "government",
    "market": "market", "市场": "market", "市场主导": "market", "市场自发": "market", "企业自发": "market",
}  # fmt: skip
"""Who led a move, by each word that may stand for it in column ``led_by``."""
FIRM_COLUMNS = ("firm", "origin", "destination", "moved", "led_by", *FLAGS, *DATES)


@dataclass(frozen=True, slots=True)
class SharingScheme:
    """Rules of one sharing scheme; amounts in fen. Every parameter is declared, none has a default.

    Parameters
    ----------
    key : str
    title : Text
    article : Text
        Document and article.
    taxes : tuple of str
        Taxes that count; only the local part of them belongs into the data.
    base_years : int
        Full years before the year of the move that make up the base.
    least_mean : int
        Mean yearly tax of the base years from which on a firm falls under the scheme.
    led_by : tuple of str
        Who may have led the move.
    needs : tuple of str
        Flags of the firm that must hold, of ``fits_layout``, ``listed_by_origin`` and ``listed_by_destination``.
    start : {"same_year", "next_year"}
        Whether the first shared year is the year in which registration has changed and production is reached, or the
        year after it.
    shares : tuple of Fraction
        Share of the origin in each of the first years.
    extension : tuple of Fraction
        Shares in the further years that follow where the cap has not been reached.
    cap : Fraction
        Sum at which the origin's share ends, as a multiple of the tax of all base years.
    rounding : {"half_up", "down", "up"}
        How the origin's part comes to whole fen; the destination has the rest.
    losses : {"zero", "carry"}
        What a year with more refunds than payments does: count as 0, or reduce the next years.
    afterwards : Text
        What the scheme says of a firm that has not reached the cap when sharing stops.
    """

    key: str
    title: Text
    article: Text
    taxes: tuple[str, ...]
    base_years: int
    least_mean: int
    led_by: tuple[str, ...]
    needs: tuple[str, ...]
    start: Start
    shares: tuple[Fraction, ...]
    extension: tuple[Fraction, ...]
    cap: Fraction
    rounding: Way
    losses: Losses
    afterwards: Text

    def __post_init__(self) -> None:
        every = (*self.shares, *self.extension)
        wrong = [
            name
            for name, good in {
                "shares": bool(self.shares) and all(0 <= share <= 1 for share in every),
                "base_years": self.base_years > 0,
                "cap": self.cap >= 0,
                "least_mean": self.least_mean >= 0,
                "needs": set(self.needs) <= set(FLAGS),
                "start": self.start in ("same_year", "next_year"),
                "rounding": self.rounding in ("half_up", "down", "up"),
                "losses": self.losses in ("zero", "carry"),
            }.items()
            if not good
        ]
        if wrong:
            raise HaiheError("E-RUL-76", key=self.key, value=", ".join(wrong))

    @property
    def years(self) -> int:
        """Years of sharing at most, the extension included."""
        return len(self.shares) + len(self.extension)


def sharing_scheme(key: str, values: Mapping[str, Any]) -> SharingScheme:
    """Make a scheme from plain values, e.g. of a scheme file.

    Parameters
    ----------
    key : str
    values : mapping
        The parameters of `SharingScheme`; shares and cap as exact text or whole numbers (``"1/2"``, ``"0.5"``), never
        as binary fractions; words as mappings of ``zh`` and ``en``; ``least_mean`` in fen.

    Raises
    ------
    HaiheError
        ``E-RUL-76`` where a parameter is missing, unknown or not exact.
    """
    known = set(SharingScheme.__dataclass_fields__) - {"key"}
    odd = sorted(known ^ set(values))
    if odd:
        raise HaiheError("E-RUL-76", key=key, value=", ".join(odd))
    given = dict(values)
    try:
        for name in ("shares", "extension"):
            given[name] = tuple(_exact(share) for share in values[name])
        given["cap"] = _exact(values["cap"])
        for name in ("taxes", "led_by", "needs"):
            given[name] = tuple(map(str, values[name]))
        for name in ("title", "article", "afterwards"):
            given[name] = values[name] if isinstance(values[name], Text) else Text(**values[name])
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise HaiheError("E-RUL-76", key=key, value=error) from error
    return SharingScheme(key=key, **given)


def _exact(value: Any) -> Fraction:
    if isinstance(value, float):
        raise TypeError(f"{value!r}")
    if isinstance(value, str):
        above, _, below = value.partition("/")
        return Fraction(decimal_of(above)) / Fraction(decimal_of(below or 1))
    return Fraction(value)


def scope_of(firms: pd.DataFrame, base: pd.DataFrame, scheme: SharingScheme) -> pd.DataFrame:
    """Say of each firm whether it falls under a scheme, and why not.

    Parameters
    ----------
    firms : DataFrame
        `FIRM_COLUMNS`: ``moved`` (year), ``led_by``, flags (True, False or missing), dates (missing where not yet).
    base : DataFrame
        By firm (index): ``base`` (fen, missing where a base year is missing) and ``missing`` (years without data).
    scheme : SharingScheme

    Returns
    -------
    DataFrame
        firm, state (``in``, ``out``, ``undecided`` or ``waiting``), base, mean, cap (fen; missing where unknown), first
        (first shared year) and why (`Text`).
    """
    own = base.reindex(firms["firm"])
    total = own["base"].astype("Int64").reset_index(drop=True)
    enough = total >= scheme.least_mean * scheme.base_years
    led = firms["led_by"].astype("string").reset_index(drop=True)
    tests: dict[str, pd.Series[bool]] = {"led_by": led.isin(list(scheme.led_by)).astype("boolean").mask(led.isna())}
    tests |= {name: firms[name].astype("boolean").reset_index(drop=True) for name in scheme.needs}
    tests["mean"] = enough.astype("boolean")
    table = pd.DataFrame(tests)
    failed, unknown = (~table).fillna(False).astype(bool), table.isna()
    dates = pd.DataFrame({name: pd.to_datetime(firms[name]).reset_index(drop=True) for name in DATES})
    ready = dates.notna().all(axis=1)
    year = dates.max(axis=1).dt.year.where(ready).astype("Int64") + (1 if scheme.start == "next_year" else 0)
    state = pd.Series("in", index=table.index).mask(~ready, "waiting").mask(unknown.any(axis=1), "undecided")
    cap = [None if pd.isna(value) else floor_of(int(value) * scheme.cap) for value in total]
    frame = pd.DataFrame(
        {
            "firm": firms["firm"].to_numpy(),
            "state": state.mask(failed.any(axis=1), "out"),
            "base": total,
            "mean": total.astype("Float64") / scheme.base_years,
            "cap": pd.array(cap, dtype="Int64"),
            "first": year,
        }
    )
    gaps = own["missing"].fillna("").astype(str).to_numpy()
    rows = zip(frame["state"], total, failed.to_dict("records"), unknown.to_dict("records"), gaps, strict=True)
    why = [_why(state, base_, fail, miss, gap, scheme) for state, base_, fail, miss, gap in rows]
    return frame.assign(why=pd.Series(why, dtype=object))


def floor_of(value: Fraction) -> int:
    """Whole fen of an exact amount, rounded down."""
    return value.numerator // value.denominator


TESTED: dict[str, Text] = {
    "led_by": Text("迁移主导方", "who led the move"),
    "fits_layout": Text("符合迁入地产业布局", "fits the destination's layout"),
    "listed_by_origin": Text("迁出地省级政府确认名单", "list confirmed by the origin"),
    "listed_by_destination": Text("迁入地省级政府确认名单", "list confirmed by the destination"),
    "mean": Text("迁移前年均纳税额", "mean yearly tax before the move"),
}
NO = Text("{t}不符合", "{t}: not met")
UNKNOWN = Text("{t}缺少资料{gap}", "{t}: not known{gap}")
IN = Text("适用本办法", "falls under the scheme")
WAITING = Text("尚未完成变更登记并达产，未开始分享", "registration or production is still open; sharing has not begun")


def _why(
    state: str, base: Any, failed: Mapping[Any, bool], unknown: Mapping[Any, bool], gap: str, scheme: SharingScheme
) -> Text:
    """Say in words why a firm is in, out, undecided or waiting."""
    if state == "in":
        return IN
    if state == "waiting":
        return WAITING
    said: list[Text] = []
    if state == "out":
        for name in [name for name, bad in failed.items() if bad]:
            words = NO.format(t=TESTED[name])
            said.append(_short_mean(int(base), scheme) if name == "mean" else words)
    else:
        for name in [name for name, miss in unknown.items() if miss]:
            years = Text(f"（{gap}年）", f" ({gap})") if name == "mean" and gap else Text("", "")
            said.append(UNKNOWN.format(t=TESTED[name], gap=years))
    return Text("；".join(text.zh for text in said), "; ".join(text.en for text in said))


def _short_mean(base: int, scheme: SharingScheme) -> Text:
    """Say by how much the mean falls short: two decimals of 万元, rounded down so that a border is not rounded away."""
    mean = floor_of(Fraction(base, scheme.base_years)) // 10**4 * 10**4
    words = Text("迁移前年均纳税额{m}，低于{l}", "mean yearly tax before the move of {m} is below {l}")
    return words.format(m=said_money(mean), l=said_money(scheme.least_mean))


def columns_of(frame: pd.DataFrame, needed: Sequence[str], table: str) -> None:
    """Refuse a table that lacks columns (``E-RUL-77``)."""
    lacking = [name for name in needed if name not in frame]
    if lacking:
        raise HaiheError("E-RUL-77", table=table, value=", ".join(lacking))
