"""Interregional tables to pymrio, and back (extra ``haihe[pymrio]``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from haihe.messages import HaiheError

if TYPE_CHECKING:
    from haihe.accounts.interregional import InterregionalTable

EXPORT, RESIDUAL, IMPORT = "export", "residual", "import"


def write(table: InterregionalTable) -> Any:
    """Give a `pymrio.IOSystem` (see `InterregionalTable.to_pymrio`)."""
    try:
        import pymrio
    except ImportError as error:
        raise HaiheError("E-ACC-30") from error
    index = table.index
    outside = {EXPORT: table.exports, RESIDUAL: table.residual}
    parts = [table.final_frame()]
    own = np.repeat(np.eye(len(table.regions)), len(table.sectors), axis=0)
    for category, values in outside.items():
        if values.any():
            columns = pd.MultiIndex.from_product([table.regions, [category]], names=table.final_index.names)
            parts.append(pd.DataFrame(own * values[:, None], index=index, columns=columns))
    Y = pd.concat(parts, axis=1)
    Y = Y[[column for region in table.regions for column in Y.columns if column[0] == region]]
    F = pd.DataFrame(table.added, index=pd.Index(table.added_kinds, name="inputtype"), columns=index)
    F_Y = pd.DataFrame(0.0, index=F.index, columns=Y.columns)
    if table.imports.any() or table.final_imports.any():
        F.loc[IMPORT] = table.imports
        F_Y.loc[IMPORT] = pd.Series(table.final_imports, index=table.final_index).reindex(Y.columns, fill_value=0.0)
    library: Any = pymrio
    money, inputs = (pd.DataFrame({"unit": table.unit}, index=labels) for labels in (index, F.index))
    system = library.IOSystem(Z=table.Z_frame(), Y=Y, unit=money)
    system.factor_inputs = library.Extension(name="Factor Inputs", F=F, F_Y=F_Y, unit=inputs)
    return system


def read(system: Any, factor_inputs: str) -> dict[str, Any]:
    """Give labels and arrays of a `pymrio.IOSystem` (see `InterregionalTable.from_pymrio`)."""
    Z, Y = system.Z, system.Y
    regions, sectors = _axes(Z.index, "Z")
    index = pd.MultiIndex.from_product([regions, sectors])
    homes, categories = _axes(Y.columns, "Y")
    if set(homes) != set(regions):
        raise HaiheError("E-ACC-31", what="Y", value=", ".join(map(str, set(homes) ^ set(regions))))
    kinds = [c for c in categories if c not in (EXPORT, RESIDUAL)]
    Z = _ordered(Z, index, index, "Z")
    final_index = pd.MultiIndex.from_product([regions, kinds])
    final = _ordered(Y, index, final_index, "Y")

    def outside(category: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        columns = [(region, category) for region in regions if category in categories]
        return np.asarray(Y.loc[index, columns].sum(axis=1), dtype=np.float64)

    exports, residual = outside(EXPORT), outside(RESIDUAL)
    output = Z.sum(axis=1) + final.sum(axis=1) + exports + residual
    extension = getattr(system, factor_inputs, None)
    imports, final_imports = np.zeros(len(index)), np.zeros(len(final_index))
    if extension is None:
        added_kinds, added = ["value_added"], (output - Z.sum(axis=0))[None]
    else:
        F = extension.F
        added_kinds = [label for label in F.index if label != IMPORT]
        added = _ordered(F, F.index, index, "F")[[at for at, label in enumerate(F.index) if label != IMPORT]]
        if IMPORT in F.index:
            imports = np.asarray(F.loc[IMPORT, index], dtype=np.float64)
            final_imports = np.asarray(extension.F_Y.loc[IMPORT, final_index], dtype=np.float64)
    units = [] if system.unit is None else list(dict.fromkeys(system.unit.iloc[:, 0]))
    return {
        "regions": regions,
        "sectors": sectors,
        "unit": " / ".join(map(str, units)),
        "final_kinds": kinds,
        "added_kinds": [label if isinstance(label, str) else " / ".join(map(str, label)) for label in added_kinds],
        "Z": Z,
        "final": final,
        "added": added,
        "imports": imports,
        "final_imports": final_imports,
        "exports": exports,
        "residual": residual,
        "output": output,
    }


def _axes(index: pd.MultiIndex, what: str) -> tuple[list[str], list[str]]:
    """Give the two levels of a complete (region, ...) index in order of appearance."""
    outer, inner = (list(dict.fromkeys(index.get_level_values(level))) for level in (0, 1))
    if lacking := sorted({(r, s) for r in outer for s in inner} - set(index)):
        raise HaiheError("E-ACC-31", what=what, value=" / ".join(map(str, lacking[0])))
    return outer, inner


def _ordered(
    frame: pd.DataFrame, rows: pd.Index, columns: pd.Index, what: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give the cells in the wanted order; a label that is missing is named."""
    for wanted, present in ((rows, frame.index), (columns, frame.columns)):
        if lacking := [label for label in wanted if label not in present]:
            raise HaiheError("E-ACC-31", what=what, value=str(lacking[0]))
    return frame.loc[rows, columns].to_numpy(dtype=np.float64)
