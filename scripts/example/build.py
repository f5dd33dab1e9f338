"""Rebuild examples/jing-jin-ji from the reference tables: ``python scripts/example/build.py``."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from economy import TODAY, YEARS, account_rows, build_economy, carry, flow_rows
from files import HAND, Row, read_hand, write_table
from pipeline import stage_rows
from projects import NOT_TABLES, draw
from promises import debts_and_holdings, income_and_promises
from rulebook import write_rules
from shares import share_rows
from uses import (
    inventory_rows,
    inventory_rows_today,
    lab_rows,
    labour_rows,
    labour_rows_today,
    land_rows,
    water_rows,
    water_rows_today,
)

from haihe.region.meta import Meta, to_toml

ROOT = Path(__file__).resolve().parents[2]
NAME = "jing-jin-ji"

META = Meta(
    name=NAME,
    title_zh="京津冀",
    title_en="Beijing-Tianjin-Hebei",
    base_year=TODAY,
    price_year=TODAY,
    money_unit="亿元",
    licence="Apache-2.0；数字的来源与使用条件见表 sources / terms of the figures stand in table sources",
    description_zh=(
        "京津冀三地、国内其他地区与境外，天津16个区、河北11个市和主要园区。2012年与2017年核算由公布的省级投入产出表按本项目方法推算，2023年核算由2017年核算与此后公布的数字推算；"
        "项目、部分要素与份额为虚构示例，逐行标明。二氧化碳与能源强度全部在 uses.co2.csv，可删除。"
    ),
    description_en=(
        "Beijing, Tianjin, Hebei, the rest of China and abroad; Tianjin's 16 districts, Hebei's 11 cities, main parks. "
        "Accounts of 2012 and 2017 are derived by our method from published provincial tables, those of 2023 from 2017 "
        "and what was published since; projects, some resources and shares are made up and marked row by row. CO2 and "
        "energy intensities all stand in uses.co2.csv and can be removed."
    ),
)


def build(reference: Path, folder: Path) -> list[Path]:
    """Write every file of the example into a folder and give their paths.

    The folder is replaced as a whole, and only when all files could be made.

    Raises
    ------
    FileExistsError
        Where the folder holds something else than a region.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "haihe.toml").is_file():
        raise FileExistsError(f"{folder} holds no haihe.toml; it is left alone")
    economies = {year: build_economy(reference, year) for year in YEARS}
    base, before = economies[2017], economies[2012]
    made: dict[str, list[Row]] = {
        "accounts": [row for year in YEARS for row in account_rows(economies[year])],
        "flows": [row for year in YEARS for row in flow_rows(economies[year])],
        "uses": [*labour_rows(base, reference), *land_rows(base), *lab_rows(), *water_rows(before)],
        "district_shares": share_rows(),
        **draw(),
    }
    made["pipeline"] = stage_rows(made["projects"])
    public = income_and_promises(sorted({str(row["region"]) for row in made["district_shares"]}))
    made |= debts_and_holdings() | {**public, "finances": [*made["finances"], *public["finances"]]}
    inventory = inventory_rows(base, reference)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as room:
        fresh = Path(room) / folder.name
        fresh.mkdir()
        (fresh / "haihe.toml").write_text(to_toml(META), encoding="utf-8", newline="\n")
        write_tables(fresh, made, inventory)
        today = carry(base, fresh, reference)
        made["accounts"] = [*account_rows(today), *made["accounts"]]
        made["flows"] = [*flow_rows(today), *made["flows"]]
        made["uses"] = [*labour_rows_today(base, today, reference), *water_rows_today(today), *made["uses"]]
        write_tables(fresh, made, [*inventory_rows_today(base, today, reference), *inventory])
        write_rules(fresh)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def write_tables(folder: Path, made: dict[str, list[Row]], inventory: list[Row]) -> None:
    """Write every table: what is written by hand first, what is made after it, the inventory's part apart."""
    hand = sorted(path.stem for path in HAND.glob("*.csv") if path.stem not in NOT_TABLES)
    for name in sorted({*hand, *made}):
        write_table(folder, name, [*(read_hand(name) if name in hand else []), *made.get(name, [])])
    write_table(folder, "uses", inventory, part="co2")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("HAIHE_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--reference", type=Path, default=default, help="folder of the reference tables")
    parser.add_argument("--out", type=Path, default=ROOT / "examples" / NAME, help="folder to write")
    given = parser.parse_args()
    files = build(given.reference, given.out)
    print(f"{given.out}: {len(files)} files, {sum(file.stat().st_size for file in files):,} bytes")


if __name__ == "__main__":
    main()
