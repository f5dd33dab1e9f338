"""The boundaries that an office gives for its maps."""

from typing import ClassVar

from django.db import models
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.dashboards.actions import READ
from haihe.workspace.units.models import Owned

SYSTEMS = {
    "CGCS2000": Text("CGCS2000（2000 国家大地坐标系）", "CGCS2000"),
    "WGS84": Text("WGS84", "WGS84"),
    "GCJ-02": Text("GCJ-02", "GCJ-02"),
}
"""Coordinate systems, as declared by whoever gives the boundaries; nothing is guessed or shifted."""


class Boundaries(Owned):
    """Boundaries from a file of an office: maps of the office and of what is below it are drawn with the newest that stand.

    The file lies under its hash, as it came. What was taken out of use is kept for the record.
    """

    read_by = READ

    source = models.CharField(max_length=200)
    review_number = models.CharField(max_length=100, blank=True)
    crs = models.CharField(max_length=16)
    code_property = models.CharField(max_length=64, default="adcode")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    count = models.PositiveIntegerField()
    """How many shapes it has."""
    illustrative = models.BooleanField(default=False)
    """Made up for a demonstration or test: every map says so."""
    withdrawn = models.BooleanField(default=False)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-pk"]

    def get_absolute_url(self) -> str:
        """Give its page."""
        return reverse("dashboards:boundaries", args=[self.code])

    @property
    def name(self) -> Text:
        """Whose boundaries, from where."""
        unit = self.unit.name
        return Text(f"{unit.zh}底图：{self.source}", f"boundaries of {unit.en}: {self.source}")

    @property
    def state_name(self) -> Text:
        """Whether maps are drawn with it."""
        return Text("已停用", "not used any more") if self.withdrawn else Text("使用中", "in use")

    @property
    def state_mark(self) -> str:
        """The state as a mark."""
        return "wait" if self.withdrawn else "good"

    @property
    def said(self) -> Text:
        """The line that stands under every map drawn with it."""
        number = self.review_number or "—"
        made_up = Text("（虚构示例）", " (made up)") if self.illustrative else Text("", "")
        return Text(
            f"底图：{self.source}{made_up.zh}；审图号：{number}；坐标系：{self.crs}。",
            f"Boundaries: {self.source}{made_up.en}; map review number: {number}; coordinates: {self.crs}.",
        )
