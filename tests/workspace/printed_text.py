"""The text of a PDF that Chromium printed: its fonts' own tables say which character each glyph stands for."""

import re
import unicodedata
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)endobj", re.S)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>(?=\s*(?:Tj|-?[\d.]|<|\]))|\((.*?)(?<!\\)\)\s*Tj|(Tf)", re.S)


def _content(body: bytes) -> bytes:
    found = STREAM.search(body)
    if found is None:
        return b""
    try:
        return zlib.decompress(found.group(1)) if b"FlateDecode" in body[: found.start()] else found.group(1)
    except zlib.error:
        return b""


def _letters(table: bytes) -> tuple[int, dict[int, str]]:
    """Digits of a code, and the characters of each code."""
    space = re.search(rb"begincodespacerange\s*<([0-9A-Fa-f]+)>", table)
    width = len(space.group(1)) if space else 4
    said: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.S):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            said[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.S):
        for low, high, first in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = int(first, 16)
            said |= {code: chr(start + code - int(low, 16)) for code in range(int(low, 16), int(high, 16) + 1)}
    return width, said


def printed_text(pdf: bytes) -> str:
    """Give the text of all pages without spaces: how a printer breaks lines says nothing."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    tables: dict[int, tuple[int, dict[int, str]]] = {}
    for number, body in objects.items():
        found = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if found:
            tables[number] = _letters(_content(objects[int(found.group(1))]))
    fonts = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body):
            if int(number) in tables:
                fonts[name] = tables[int(number)]
    parts = []
    for body in objects.values():
        content = _content(body)
        if b" Tf" not in content:
            continue
        width, letters = 4, dict[int, str]()
        for name, code, _plain, _end in SHOWN.findall(content):
            if name:
                width, letters = fonts.get(name, (4, {}))
            elif code:
                codes = [int(code[at : at + width], 16) for at in range(0, len(code), width)]
                parts.append("".join(letters.get(each, "") for each in codes))
    return "".join(unicodedata.normalize("NFKC", "".join(parts)).split())
