"""The diagnostics report of any table: identities, transposition, unit slips, subtotals, and what was changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from haihe.accounts.checks import BalanceReport, Check, Status
from haihe.accounts.faults import mended, slips, subtotals
from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.messages import HaiheError, Text

Economy = Accounts | InterregionalTable

MENDED = 0.9
"""Share of the imbalance that must vanish before a transposition is named."""
SIZE = 2.5
"""Powers of ten between a region's output and the median from which on its unit is doubted."""
CHANGED = 0.05
"""Share of a block that may change without a warning."""
LARGEST = 3000
"""Producers of an interregional table up to which rows and columns are searched one by one."""

WORDS: dict[str, Text] = {
    "transposed_Z": Text("中间使用行列互换可消除的失衡占比", "share of the imbalance that transposing Z removes"),
    "transposed_flows": Text(
        "流量起讫互换可消除的失衡占比", "share of the imbalance that swapping origin and destination of flows removes"
    ),
    "unit_block": Text("某一数据块的数量级偏差（10 的幂）", "a block is off by a power of ten"),
    "unit_sector": Text("某一部门的数量级偏差（10 的幂）", "a sector is off by a power of ten"),
    "unit_region": Text("某一地区的数量级偏差（10 的幂）", "a region is off by a power of ten"),
    "unit_size": Text(
        "总产出与各地区中位数相差的数量级（10 的幂）", "powers of ten between output and the median of the regions"
    ),
    "subtotal_sector": Text("作为其他部门之和的部门个数", "sectors that are the sum of others"),
    "subtotal_final": Text("作为其他最终使用之和的类别个数", "kinds of final use that are the sum of others"),
    "subtotal_added": Text("作为其他增加值项之和的项数", "kinds of value added that are the sum of others"),
    "subtotal_region": Text("作为其他地区之和的地区个数", "regions that are the sum of others"),
    "changed": Text("与之前的表相比改变的金额占比", "money changed against the table before, as a share"),
}
WAN_YI = Text("，如同万元与亿元混用", ", as where 万元 and 亿元 are mixed")


@dataclass(frozen=True)
class Audit(BalanceReport):
    """All checks of a table: those of its identities first, then suspected faults, then what was changed.

    Attributes
    ----------
    checks : list of Check
        Each PASS, FAIL, WARNING or SKIPPED, with value, tolerance and words.
    changes : DataFrame
        Block, cells, changed, share, where, before, after: what was changed against an earlier table, `where` being the
        cell changed most. Empty where no earlier table was given.
    """

    changes: pd.DataFrame = field(default_factory=pd.DataFrame)


def audit(table: Economy, before: Economy | None = None, tolerance: float = 1e-6) -> Audit:
    """Report on the health of a table.

    Parameters
    ----------
    table : Accounts or InterregionalTable
        The table, unchanged.
    before : the same type, optional
        An earlier state of the table with the same labels.
    tolerance : float
        Allowed sum of absolute imbalances over output; published tables are rounded.

    Returns
    -------
    Audit

    Raises
    ------
    HaiheError
        ``E-ACC-31`` where `before` has other labels.
    """
    found = list(table.diagnose(tolerance))
    found += _accounts_faults(table) if isinstance(table, Accounts) else _table_faults(table)
    found += _size(table)
    changes = pd.DataFrame()
    if before is None:
        found.append(Check("changed", "", "SKIPPED", np.nan, np.nan, WORDS["changed"]))
    else:
        changes = compare(before, table)
        found += [
            _check("changed", "", float(share), CHANGED, [str(block)], "WARNING")
            for block, share in zip(changes["block"], changes["share"], strict=True)
        ]
    return Audit(found, changes)


def compare(before: Economy, after: Economy) -> pd.DataFrame:
    """Say what was changed and by how much: block, cells, changed, share, where, before, after.

    `share` is the sum of absolute changes over the sum of absolute values before (NaN where that is 0 and something
    changed).

    Raises
    ------
    HaiheError
        ``E-ACC-31`` where the labels, the unit or the type differ.
    """
    for name in ("regions", "sectors", "final_kinds", "added_kinds", "unit"):
        one, other = getattr(before, name), getattr(after, name)
        if one != other or type(before) is not type(after):
            odd = ", ".join(sorted(map(str, {*one} ^ {*other}))) if name != "unit" else f"{one} / {other}"
            raise HaiheError("E-ACC-31", what=name, value=odd or type(before).__name__)
    records = []
    for block, axes in _axes(after).items():
        one, other = getattr(before, block), getattr(after, block)
        if one is None or other is None:
            continue
        change = np.abs(other - one)
        whole, moved = float(np.abs(one).sum()), float(change.sum())
        at = np.unravel_index(int(change.argmax()), change.shape) if change.size else ()
        where = " / ".join(axis[i] for axis, i in zip(axes, at, strict=True)) if moved else ""
        share = moved / whole if whole else (np.nan if moved else 0.0)
        cells = (float(one[at]), float(other[at])) if change.size else (np.nan, np.nan)
        records.append((block, change.size, int((change > 0).sum()), share, where, *cells))
    return pd.DataFrame(records, columns=["block", "cells", "changed", "share", "where", "before", "after"])


def _axes(table: Economy) -> dict[str, list[list[str]]]:
    """Labels of the axes of every block."""
    R, n = list(table.regions), list(table.sectors)
    if isinstance(table, Accounts):
        trade = {name: [R, n] for name in TRADE}
        blocks = {"Z": [R, n, n], "final": [R, n, list(table.final_kinds)], "added": [R, list(table.added_kinds), n]}
        return blocks | trade | {"flows": [R, R, n]}
    N, K = ([" / ".join(map(str, label)) for label in index] for index in (table.index, table.final_index))
    trade = {name: [N] for name in ("imports", "exports", "residual", "output")}
    return {"Z": [N, N], "final": [N, K], "added": [list(table.added_kinds), N], "final_imports": [K]} | trade


def _check(
    name: str, region: str, value: float, tolerance: float, named: Sequence[str] = (), otherwise: Status = "FAIL"
) -> Check:
    """PASS up to the tolerance; else `otherwise`, with what is meant named in the words."""
    text = WORDS[name]
    if named and (value > tolerance or name == "changed"):
        listed = "、".join(named)
        text = Text(f"{text.zh}：{listed}", f"{text.en}: {', '.join(named)}")
    if value > tolerance and name.startswith("unit") and round(value) == 4:
        text = Text(text.zh + WAN_YI.zh, text.en + WAN_YI.en)
    status: Status = "SKIPPED" if np.isnan(value) else "PASS" if value <= tolerance else otherwise
    return Check(name, region, status, value, tolerance, text)


def _slip(name: str, region: str, labels: Sequence[str], powers: FloatArray) -> Check:
    """Name the labels that are a power of ten off."""
    which = np.flatnonzero(powers)
    named = [f"{labels[int(at)]} (10^{int(powers[at]):+d})" for at in which]
    return _check(name, region, float(np.abs(powers).max(initial=0.0)), 0.0, named)


def _summed(name: str, region: str, rows: FloatArray, labels: Sequence[str]) -> Check:
    """Name the rows that are the sum of others."""
    found = subtotals(rows)
    named = [f"{labels[at]} = {' + '.join(labels[k] for k in parts)}" for at, parts in found]
    return _check(name, region, float(len(found)), 0.0, named)


def _either(one: FloatArray, other: FloatArray) -> FloatArray:
    """Take the first where it found something, else the second."""
    return np.where(one != 0, one, other)


def _accounts_faults(a: Accounts) -> Iterator[Check]:
    """Faults of pooled accounts, region by region."""
    trade = ("exports", "outflow", "imports", "inflow", "residual", "output")
    signs = np.array([1.0, 1.0, -1.0, -1.0, 1.0, -1.0])
    shipped = a.flows_out - a.flows_in
    turned = a.Z.transpose(0, 2, 1)
    for r, region in enumerate(a.regions):
        rows, columns, Z = a.row_balance[r], a.column_balance[r], a.Z[r]
        other = [rows - Z.sum(axis=1) + turned[r].sum(axis=1), columns - Z.sum(axis=0) + turned[r].sum(axis=0)]
        scale = float(np.abs(a.output[r]).sum())
        value = mended(np.concatenate([rows, columns]), np.concatenate(other), scale)
        yield _check("transposed_Z", region, value, MENDED)
        sides = np.stack([getattr(a, name)[r] for name in trade]) * signs[:, None]
        by_row = slips(rows, np.vstack([Z.sum(axis=1), a.final[r].sum(axis=1), sides]))
        by_column = slips(columns, np.vstack([Z.sum(axis=0), a.added[r].sum(axis=0), -a.output[r]]))
        blocks = ["Z", "final", *trade, "Z", "added", "output"]
        yield _slip("unit_block", region, blocks, np.concatenate([by_row, by_column]))
        sectors = _either(slips(columns, Z), slips(rows, Z.T))
        yield _slip("unit_sector", region, a.sectors, sectors)
        inside = slips(rows, np.vstack([rows - shipped[r], shipped[r]])) if shipped.any() else np.zeros(1)
        yield _slip("unit_region", region, [region, "flows"], inside)
        cells = np.hstack([Z, a.final[r], np.stack([getattr(a, name)[r] for name in trade], axis=1)])
        yield _summed("subtotal_sector", region, cells, a.sectors)
    yield _summed("subtotal_final", "", a.final.reshape(-1, len(a.final_kinds)).T, a.final_kinds)
    yield _summed("subtotal_added", "", a.added.transpose(1, 0, 2).reshape(len(a.added_kinds), -1), a.added_kinds)
    whole = np.hstack([block.reshape(len(a.regions), -1) for block in (a.Z, a.final, a.added, a.exports, a.output)])
    yield _summed("subtotal_region", "", whole, a.regions)
    if a.flows is not None:
        swapped = a.row_balance - 2 * shipped
        yield _check("transposed_flows", "", mended(a.row_balance, swapped, float(np.abs(a.output).sum())), MENDED)


def _table_faults(t: InterregionalTable) -> Iterator[Check]:
    """Faults of an interregional table."""
    R, n = len(t.regions), len(t.sectors)
    rows, columns, Z = t.row_balance, t.column_balance, t.Z
    other = [rows - Z.sum(axis=1) + Z.sum(axis=0), columns - Z.sum(axis=0) + Z.sum(axis=1)]
    scale = float(np.abs(t.output).sum())
    yield _check("transposed_Z", "", mended(np.concatenate([rows, columns]), np.concatenate(other), scale), MENDED)
    sold, used = t.final.sum(axis=1), Z.sum(axis=0)
    by_row = slips(rows, np.vstack([Z.sum(axis=1), sold, t.exports, t.residual, -t.output]))
    by_column = slips(columns, np.vstack([used, t.imports, t.added.sum(axis=0), -t.output]))
    blocks = ["Z", "final", "exports", "residual", "output", "Z", "imports", "added", "output"]
    yield _slip("unit_block", "", blocks, np.concatenate([by_row, by_column]))
    home = np.repeat(np.arange(R), n)
    supplied = Z.reshape(R, n, -1).sum(axis=1)
    bought = (Z.reshape(-1, R, n).sum(axis=2) + t.final.reshape(R * n, R, -1).sum(axis=2)).T
    foreign = np.arange(R)[:, None] != home[None]
    powers = [
        _either(slips(columns[f], s[None][:, f]), slips(rows[f], b[None][:, f]))[0]
        for f, s, b in zip(foreign, supplied, bought, strict=True)
    ]
    yield _slip("unit_region", "", t.regions, np.asarray(powers))
    labels = [f"{region} / {sector}" for region, sector in t.index]
    if len(Z) <= LARGEST:
        yield _slip("unit_sector", "", labels, _either(slips(columns, Z), slips(rows, Z.T)))
    else:
        yield Check("unit_sector", "", "SKIPPED", np.nan, np.nan, WORDS["unit_sector"])
    for r, region in enumerate(t.regions):
        own = slice(r * n, (r + 1) * n)
        cells = np.hstack([Z[own], t.final[own], t.exports[own, None], t.output[own, None]])
        yield _summed("subtotal_sector", region, cells, t.sectors)
    yield _summed("subtotal_final", "", t.final.reshape(-1, len(t.final_kinds)).T, t.final_kinds)
    yield _summed("subtotal_added", "", t.added, t.added_kinds)
    yield _summed("subtotal_region", "", np.hstack([supplied, t.output.reshape(R, n)]), t.regions)


def _size(table: Economy) -> Iterator[Check]:
    """Compare the size of the regions: one in another unit balances in itself, and shows only beside the others."""
    total = np.abs(table.output.reshape(len(table.regions), -1).sum(axis=1))
    middle = np.median(total[total > 0]) if (total > 0).any() else np.nan
    known = total > 0
    for region, value, there in zip(table.regions, total, known, strict=True):
        powers = abs(float(np.log10(value / middle))) if there and known.sum() >= 3 else np.nan
        yield _check("unit_size", region, powers, SIZE, otherwise="WARNING")
