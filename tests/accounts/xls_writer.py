"""The least that makes a workbook of the old binary kind (.xls): BIFF8 records in one compound file."""

import struct
from pathlib import Path

import pandas as pd

SECTOR, FREE, END, FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def text(words: str, wide: bool) -> bytes:
    return struct.pack("<H" if wide else "<B", len(words)) + b"\x01" + words.encode("utf-16-le")


def sheet(table: pd.DataFrame) -> bytes:
    cells = [list(table.columns), *table.to_numpy(dtype=object).tolist()]
    out = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for i, line in enumerate(cells):
        for j, cell in enumerate(line):
            place = struct.pack("<HHH", i, j, 0)
            if isinstance(cell, str):
                out += record(0x0204, place + text(cell, wide=True)) if cell else b""
            else:
                out += record(0x0203, place + struct.pack("<d", cell))
    return out + record(0x000A)


def stream(sheets: dict[str, pd.DataFrame]) -> bytes:
    head = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    head += record(0x0042, struct.pack("<H", 1200))
    bodies = [sheet(table) for table in sheets.values()]
    at = len(head) + sum(12 + 2 * len(name) for name in sheets) + 4
    for name, body in zip(sheets, bodies, strict=True):
        head += record(0x0085, struct.pack("<IH", at, 0) + text(name, wide=False))
        at += len(body)
    return head + record(0x000A) + b"".join(bodies)


def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    words = (name + "\0").encode("utf-16-le") if name else b""
    links = struct.pack("<III", FREE, FREE, child)
    return struct.pack("<64sHBB", words, len(words), kind, 1) + links + b"\0" * 36 + struct.pack("<IQ", start, size)


def save_xls(path: Path, sheets: dict[str, pd.DataFrame]) -> Path:
    data = stream(sheets)
    data += b"\0" * (max(4096 - len(data), 0))
    size, data = len(data), data + b"\0" * (-len(data) % SECTOR)
    n = len(data) // SECTOR
    tables = 1
    while tables * 128 < n + 1 + tables:
        tables += 1
    chain = [*range(1, n), END, END, *[FAT] * tables]
    fat = struct.pack(f"<{tables * 128}I", *chain, *[FREE] * (tables * 128 - len(chain)))
    directory = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, FREE, 0, size)
    directory += entry("", 0, FREE, 0, 0) * 2
    first = [n + 1 + k for k in range(tables)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, tables, n, 0, 4096, END, 0, END, 0)
    header += struct.pack(f"<{len(first)}I", *first) + struct.pack("<I", FREE) * (109 - len(first))
    path.write_bytes(header + data + directory + fat)
    return path
