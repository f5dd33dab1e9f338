"""What a report holds: chapters of figures, tables, paragraphs and findings, and who made it of what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from haihe.figures import Figure, Table
from haihe.messages import Findings, HaiheError, Quality, Text
from haihe.reporting.findings import findings_block
from haihe.version import __version__


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One telling statement with the mark of the numbers it rests on."""

    text: Text
    quality: Quality


@dataclass(frozen=True, slots=True)
class KeyLines:
    """A few telling statements, set off from the text."""

    lines: Sequence[KeyLine]


Block = Figure | Table | Text | KeyLines
"""What a chapter shows."""


class Chapter:
    """A chapter.

    Parameters
    ----------
    key : str
        Address within the page.
    title, intro : Text
        Heading and the lines under it (an empty intro is left out).
    blocks : sequence of Block or Findings
        Content in order; findings become a table, or the sentence that there are none.
    """

    def __init__(self, key: str, title: Text, intro: Text, blocks: Sequence[Block | Findings]) -> None:
        self.key, self.title, self.intro = key, title, intro
        self.blocks: tuple[Block, ...] = tuple(
            findings_block(block, f"{key}-{i}") if isinstance(block, Findings) else block
            for i, block in enumerate(blocks)
        )


@dataclass(frozen=True, slots=True)
class Meta:
    """What a report rests on.

    Parameters
    ----------
    region, scenario : Text
        What was planned, under which scenario.
    data_version : str
        Hash of the data.
    made : datetime
        When, with its time zone.
    draft : bool
        True until someone has approved it.
    version : str
        Version of haihe.
    """

    region: Text
    scenario: Text
    data_version: str
    made: datetime
    draft: bool = True
    version: str = __version__


class Content:
    """Chapters under one title, not yet written anywhere.

    Parameters
    ----------
    title : Text
        Title of the report.
    meta : Meta
        What it rests on.
    chapters : sequence of Chapter
        Content in order.

    Raises
    ------
    HaiheError
        ``E-REP-01`` where two figures, two tables or two chapters share a key.
    """

    def __init__(self, title: Text, meta: Meta, chapters: Sequence[Chapter]) -> None:
        self.title, self.meta, self.chapters = title, meta, tuple(chapters)
        for keys in (
            [chapter.key for chapter in self.chapters],
            [figure.key for figure in self.figures],
            [block.key for block in self.blocks if isinstance(block, Table)],
        ):
            doubled = [key for i, key in enumerate(keys) if key in keys[:i]]
            if doubled:
                raise HaiheError("E-REP-01", key=doubled[0])

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block, chapter by chapter."""
        return (block for chapter in self.chapters for block in chapter.blocks)

    @property
    def figures(self) -> list[Figure]:
        """Every figure in order."""
        return [block for block in self.blocks if isinstance(block, Figure)]
