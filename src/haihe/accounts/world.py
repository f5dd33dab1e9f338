"""Arrange a published world table as an interregional table, by its labels."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy import sparse

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.labels import nearest
from haihe.accounts.matrix import Label, Matrix
from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError


def itself(region: str) -> str:
    """Keep every region as it is."""
    return region


@dataclass(frozen=True)
class Vocabulary:
    """What the labels of a database mean.

    Attributes
    ----------
    final : mapping
        Label of a column of final use to our kind; several labels may mean one kind.
    added : mapping
        Label of a row of value added to our kind.
    output : tuple of str
        Names the column of gross output has had; none where the database has no such column, and output is then the
        sum of each row.
    exports, residual : frozenset of str
        Columns that add to exports and to the statistical error.
    ignored : frozenset of str
        Rows and columns that are known and not read: totals, and adjustments of final use alone.
    whole : callable
        Gives the region that a part of it belongs to.
    """

    final: Mapping[str, str]
    added: Mapping[str, str]
    output: tuple[str, ...] = ()
    exports: frozenset[str] = frozenset()
    residual: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    whole: Callable[[str], str] = field(default=itself)

    @property
    def row_items(self) -> list[str]:
        """Items of rows that are no producers."""
        return [*self.added, *self.ignored]

    @property
    def column_items(self) -> list[str]:
        """Items of columns that are no producers."""
        return [*self.final, *self.output, *self.exports, *self.residual, *self.ignored]


def arrange_world(matrix: Matrix, words: Vocabulary, unit: str, year: int | None) -> InterregionalTable:
    """Arrange a matrix with intermediate use, final use and value added.

    Rows and columns that are neither value added nor final use are producers; every producer must stand in both.

    Raises
    ------
    HaiheError
        ``E-ACC-02`` a column of output or final use is missing, ``E-ACC-03`` unknown label with the nearest known one,
        ``E-ACC-05`` a row is missing, ``E-ACC-06`` a blank cell.
    """
    made = [i for i, (_, item) in enumerate(matrix.rows) if item not in words.row_items]
    used = [j for j, (_, item) in enumerate(matrix.columns) if item not in words.column_items]
    match_producers(matrix, made, used, words)
    whole = [(words.whole(region), item) for region, item in matrix.rows]
    across = [(words.whole(region), item) for region, item in matrix.columns]
    regions = list(dict.fromkeys(whole[i][0] for i in made))
    sectors = list(dict.fromkeys(whole[i][1] for i in made))
    index = list(product(regions, sectors))
    for label in sorted(set(index) - set(whole)):
        raise HaiheError("E-ACC-05", file=matrix.file, value=matrix.say(label))

    def columns_of(kinds: Mapping[str, str]) -> tuple[list[int], list[Label]]:
        which = [j for j, (region, item) in enumerate(across) if item in kinds and region in regions]
        return which, [(across[j][0], kinds[across[j][1]]) for j in which]

    finals, final_labels = columns_of(words.final)
    kinds = list(dict.fromkeys(kind for _, kind in final_labels))
    final_index = list(product(regions, kinds))
    for region, kind in sorted(set(final_index) - set(final_labels)):
        published = next(item for _, item in across if words.final.get(item) == kind)
        wanted = matrix.say((region, published))
        near = nearest(wanted, map(matrix.say, matrix.columns))
        raise HaiheError("E-ACC-02", file=matrix.file, column=wanted, near=near)
    for j, (region, item) in enumerate(across):
        if item in words.final and region not in regions:
            raise matrix.refuse_column(j, [(own, item) for own in regions])

    gather = _sums([whole[i] for i in made], index)
    Z = gather @ matrix.block(made, used) @ _sums([across[j] for j in used], index).T
    final = gather @ matrix.block(made, finals) @ _sums(final_labels, final_index).T
    added_kinds, added = _added(matrix, words, used)
    added = added @ _sums([across[j] for j in used], index).T

    def total(items: Sequence[str] | frozenset[str]) -> FloatArray:
        which = [j for j, (_, item) in enumerate(matrix.columns) if item in items]
        return np.asarray(gather @ matrix.block(made, which).sum(axis=1))

    exports, residual = total(words.exports), total(words.residual)
    if words.output and not any(item in words.output for _, item in matrix.columns):
        near = nearest(words.output[0], map(matrix.say, matrix.columns))
        raise HaiheError("E-ACC-02", file=matrix.file, column=" / ".join(words.output), near=near)
    return InterregionalTable(
        regions=regions,
        sectors=sectors,
        year=year,
        unit=unit,
        final_kinds=kinds,
        added_kinds=added_kinds,
        Z=np.asarray(Z),
        final=np.asarray(final),
        added=np.asarray(added),
        imports=np.zeros(len(index)),
        final_imports=np.zeros(len(final_index)),
        exports=exports,
        residual=residual,
        output=total(words.output) if words.output else Z.sum(axis=1) + final.sum(axis=1) + exports + residual,
    )


def match_producers(matrix: Matrix, made: Sequence[int], used: Sequence[int], words: Vocabulary | None = None) -> None:
    """Refuse a producer that stands in the rows only or in the columns only.

    Of all such labels the one is named whose region or item is rarest in the whole table: that one is misspelt, or its
    counterpart is missing.

    Parameters
    ----------
    matrix : Matrix
    made, used : sequence of int
        Rows and columns that are producers.
    words : Vocabulary, optional
        Other known labels, which may have been meant.
    """
    rows, columns = {matrix.rows[i]: i for i in made}, {matrix.columns[j]: j for j in used}
    alone = [*(label for label in rows if label not in columns), *(label for label in columns if label not in rows)]
    if not alone:
        return
    places, items = (Counter(label[part] for label in (*rows, *columns)) for part in (0, 1))
    odd = min(alone, key=lambda label: min(places[label[0]], items[label[1]]))
    others = [] if words is None else words.row_items if odd in rows else words.column_items
    known = [*(label for label in (columns if odd in rows else rows) if label not in (rows.keys() & columns.keys()))]
    known += [*product(["", *sorted({label[0] for label in rows.keys() & columns.keys()})], others)]
    known = known or [*(columns if odd in rows else rows)]
    raise matrix.refuse_row(rows[odd], known) if odd in rows else matrix.refuse_column(columns[odd], known)


def _sums(labels: Sequence[Label], index: Sequence[Label]) -> sparse.csr_array:
    """Give the 0/1 matrix, shape (index, labels), that adds up what belongs to one label."""
    place = {label: at for at, label in enumerate(index)}
    at = [place[label] for label in labels]
    shape = (len(index), len(labels))
    return sparse.csr_array((np.ones(len(at)), (at, range(len(at)))), shape=shape)


def _added(matrix: Matrix, words: Vocabulary, used: list[int]) -> tuple[list[str], FloatArray]:
    """Give kinds and cells of value added, shape (kinds, used columns); ``E-ACC-05`` where a kind has no row."""
    which = [i for i, (_, item) in enumerate(matrix.rows) if item in words.added]
    own = [words.added[matrix.rows[i][1]] for i in which]
    kinds = list(dict.fromkeys(words.added.values()))
    for kind in kinds:
        if kind not in own:
            value = " / ".join(item for item, meaning in words.added.items() if meaning == kind)
            raise HaiheError("E-ACC-05", file=matrix.file, value=value)
    gather = _sums([("", kind) for kind in own], [("", kind) for kind in kinds])
    return kinds, np.asarray(gather @ matrix.block(which, used))
