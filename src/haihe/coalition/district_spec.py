"""The districts of a city as pure numbers: what the small program of their game is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from haihe.messages import Findings, Quality, Text, worst_quality
from haihe.planning.program import Floats, Ints


@dataclass(frozen=True)
class Response:
    """One way in which output of a sector can fall, along stairs of rising cost.

    ``cost``, shape (segments,): bn yuan a unit. ``room``, shape (D, n, segments): width of each step, bn yuan a year.
    """

    name: str
    title: Text
    cost: Floats
    room: Floats


@dataclass(frozen=True)
class Retrofits:
    """Upgraded technologies, length K. ``cost`` (K, n): bn yuan a year a unit of output; ``room`` (K, D, n).

    ``most``, shape (n,): share of a sector's output that can be upgraded; the rest can be cut.
    """

    names: tuple[str, ...]
    titles: tuple[Text, ...]
    cost: Floats
    room: Floats
    most: Floats


@dataclass(frozen=True)
class Options:
    """Candidate projects: P of them, O options, each a project in a district.

    Parameters
    ----------
    projects, titles : tuple, length P
    project, district : ndarray of int, shape (O,)
        A project's first option lies in its home district, to which the right to build it belongs.
    gain : ndarray, shape (O,)
        Bn yuan a year at the prices of the reference path, if the whole project is built there.
    uses : ndarray, shape (O, U)
        Need of each of ``resources``.
    matching : ndarray, shape (O,)
        The district's part of the support, 亿元.
    source : ndarray of int, shape (O,)
        Position of the project among the plan's projects.
    taken : tuple of (int, ndarray)
        District and needs of each project that is built anyway.
    """

    projects: tuple[str, ...]
    titles: tuple[Text, ...]
    project: Ints
    district: Ints
    gain: Floats
    uses: Floats
    resources: tuple[str, ...]
    matching: Floats
    source: Ints
    taken: tuple[tuple[int, Floats], ...] = ()

    @classmethod
    def none(cls) -> "Options":
        """No candidates."""
        empty, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
        return cls((), (), whole, whole, empty, np.zeros((0, 0)), (), empty, whole)

    @property
    def home(self) -> np.ndarray:
        """Which options lie in the project's home district; shape (O,)."""
        first = np.full(len(self.projects), self.project.size, dtype=np.int64)
        np.minimum.at(first, self.project, np.arange(self.project.size))
        return (
            np.asarray(self.district == self.district[first[self.project]]) if self.project.size else np.zeros(0, bool)
        )

    @property
    def movable(self) -> Ints:
        """Positions of the options of projects that have more than one; they need the right to build."""
        count = np.bincount(self.project, minlength=len(self.projects))
        return np.flatnonzero(count[self.project] > 1)


@dataclass(frozen=True)
class Endowment:
    """Something scarce of which each district has its own amount.

    Parameters
    ----------
    name : str
        Unique name of its rows.
    thing : str
        What an agreement calls it: several endowments may be one thing (a quota and what is left over for projects).
    unit : str
        Unit in which everything here is counted.
    have : ndarray, shape (D,)
    per_output : ndarray, shape (n,)
        Use per bn yuan of output.
    upgraded : ndarray, shape (K,)
        Relative change of that with each technology.
    per_option : ndarray, shape (O,)
        Use of each option.
    """

    name: str
    thing: str
    title: Text
    unit: str
    have: Floats
    per_output: Floats
    upgraded: Floats
    per_option: Floats
    quality: Quality

    def used_by(self, options: Floats) -> "Endowment":
        """The same, also used by the options."""
        return replace(self, per_option=options)

    def reference(self, output: Floats) -> Floats:
        """Use of each district on the reference path, shape (D,)."""
        return np.asarray(output @ self.per_output)

    @property
    def scale(self) -> float:
        """Power of ten that brings the rows near 1,000, as rows of the plan are."""
        total = float(self.have.sum())
        return float(10.0 ** (np.floor(np.log10(total)) - 2)) if total > 0 else 1.0


@dataclass(frozen=True)
class DistrictSpec:
    """Districts of a city, D of them, n sectors, in the last year of the plan; money in bn yuan a year.

    Parameters
    ----------
    city : str
    title : Text
        Its name.
    members : tuple of str
        Codes of the districts, in the order of the bits of a coalition. ``titles``: their names.
    sectors : tuple of str
    year : int
    output : ndarray, shape (D, n)
        Reference output.
    responses : tuple of Response
    retrofits : Retrofits
    options : Options
    endowments : tuple of Endowment
    things : mapping of str to Text
        Names of what can be pooled.
    marks : mapping of str to Quality
        Worst quality of every table that it rests on.
    findings : Findings
    """

    city: str
    title: Text
    members: tuple[str, ...]
    titles: tuple[Text, ...]
    sectors: tuple[str, ...]
    year: int
    output: Floats
    responses: tuple[Response, ...]
    retrofits: Retrofits
    options: Options
    endowments: tuple[Endowment, ...]
    things: Mapping[str, Text] = field(default_factory=dict)
    marks: Mapping[str, Quality] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @property
    def quality(self) -> Quality:
        """Worst quality of what it rests on."""
        return worst_quality(self.marks.values()) or "illustrative"

    @property
    def names(self) -> dict[str, Text]:
        """Name of each district by code."""
        return dict(zip(self.members, self.titles, strict=True))

    def only(self, members: tuple[str, ...]) -> "DistrictSpec":
        """The same with some of the districts only, in the order given: the others are left out of the game.

        A project whose home district is left out is left out with it.
        """
        kept = [self.members.index(name) for name in members]
        place = np.full(len(self.members), -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        o = self.options
        first = np.full(len(o.projects), -1, dtype=np.int64)
        if o.project.size:
            first[o.project[::-1]] = o.district[::-1]
        stays = (
            np.flatnonzero((place[o.district] >= 0) & (place[first[o.project]] >= 0)) if o.project.size else o.project
        )
        codes, project = np.unique(o.project[stays], return_inverse=True)
        return replace(
            self,
            members=members,
            titles=tuple(self.titles[d] for d in kept),
            output=self.output[kept],
            responses=tuple(replace(way, room=way.room[kept]) for way in self.responses),
            retrofits=replace(self.retrofits, room=self.retrofits.room[:, kept]),
            options=replace(
                o,
                projects=tuple(o.projects[p] for p in codes),
                titles=tuple(o.titles[p] for p in codes),
                project=project.astype(np.int64),
                district=place[o.district[stays]],
                gain=o.gain[stays],
                uses=o.uses[stays],
                matching=o.matching[stays],
                source=o.source[stays],
                taken=(),
            ),
            endowments=tuple(
                replace(item, have=item.have[kept], per_option=item.per_option[stays]) for item in self.endowments
            ),
        )
