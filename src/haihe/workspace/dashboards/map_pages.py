"""Pages of maps: the boundaries that offices gave, bringing some in, looking at them, taking them out of use."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.reporting.maps import LARGEST
from haihe.workspace.dashboards import boundaries
from haihe.workspace.dashboards.actions import MAP, READ
from haihe.workspace.dashboards.models import SYSTEMS, Boundaries
from haihe.workspace.duties.forms import offer
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Column, Listing
from haihe.workspace.frame.words import words
from haihe.workspace.units.models import Unit

MAPS, NEW = Text("地图底图", "Map boundaries"), Text("上传底图", "Bring boundaries in")
MEGA = 1_000_000
LIST = Listing(
    MAPS,
    (
        Column(Text("来源", "Source"), lambda each: each.source, "source", lambda each: each.get_absolute_url()),
        Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
        Column(Text("审图号", "Map review number"), lambda each: each.review_number or None, "review_number"),
        Column(Text("坐标系", "Coordinates"), lambda each: each.crs, "crs"),
        Column(Text("图形数", "Shapes"), lambda each: each.count, "count"),
        Column(Text("状态", "State"), lambda each: each.state_name, "withdrawn", mark=lambda each: each.state_mark),
        Column(Text("上传时间", "Brought in"), lambda each: each.created, "created"),
    ),
    search=("source", "review_number", "file_name", "code"),
    empty=Text(
        "还没有底图：地图画成自绘方格示意。规划人员可在此上传本单位的 GeoJSON 边界。",
        "No boundaries yet: maps are drawn as tiles of our own. A planner may bring the office's GeoJSON in here.",
    ),
    file="map-boundaries",
    comes_in=Text("底图以 GeoJSON 文件上传，不以表格报送", "boundaries come as a GeoJSON file, not as a workbook"),
)


class MapForm(OfficeForm):
    """A file of boundaries and what must stand under every map."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=words("单位", "unit"))
    file = forms.FileField(
        label=words("文件（GeoJSON，不超过 20 MB）", "file (GeoJSON, 20 MB at most)"),
        help_text=words(
            "多边形的 FeatureCollection；每个要素的属性含六位行政区划代码（GB/T 2260）",
            "a FeatureCollection of polygons; a property of each holds the six-digit code (GB/T 2260)",
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json"}),
    )
    source = forms.CharField(
        label=words("来源", "source"),
        help_text=words("印在每张地图下方", "printed under every map"),
        max_length=200,
    )
    review_number = forms.CharField(
        label=words("审图号", "map review number"),
        help_text=words(
            "公开展示的地图须有；没有则印“—”", "maps shown to the public need one; “—” where there is none"
        ),
        required=False,
        max_length=100,
    )
    crs = forms.ChoiceField(
        label=words("坐标系", "coordinate system"),
        help_text=words("按所声明的记录，不猜测、不偏移", "as you declare it; nothing is guessed or shifted"),
        choices=[(code, words(name)) for code, name in SYSTEMS.items()],
    )
    code_property = forms.CharField(
        label=words("代码所在的属性", "property that holds the code"), initial="adcode", max_length=64
    )
    illustrative = forms.BooleanField(
        label=words("虚构示例（每张地图都会注明）", "made up (every map says so)"), required=False
    )


@page(READ)
def maps(request: Request) -> HttpResponse:
    """List boundaries."""
    seen = Boundaries.objects.visible_to(request.user).select_related("unit")
    more = {"brings": request.user.may(MAP), "used": boundaries.boundaries_for(request.user), "trail": [(MAPS, "")]}
    return LIST.answer(request, seen, "dashboards/maps.html", **more)


@form(MAP)
def new(request: Request) -> HttpResponse:
    """Bring boundaries in."""
    asked = MapForm.of(request)
    offer(asked.fields["unit"], request.user.units(MAP).exclude(kind_of="firm"))
    made: list[Boundaries] = []

    def bring() -> None:
        said = asked.values()
        unit, file = said.pop("unit"), said.pop("file")
        if file.size > LARGEST:
            raise HaiheError("E-DSH-01", column="file", most=LARGEST // MEGA)
        made.append(boundaries.bring(request.user, unit, file.name, file.read(), **said))

    if asked.done(bring):
        tell(request, Text("已上传，此后的地图用此底图", "Kept; maps are drawn with it from now on"))
        return redirect(made[0])
    back = reverse("dashboards:maps")
    return asked.page(request, NEW, back=back, trail=[(MAPS, back), (NEW, "")])


@page(READ, of=Boundaries)
def one(request: Request, thing: Boundaries) -> HttpResponse:
    """Show boundaries: what stands under maps, which codes have a shape."""
    more = {
        "thing": thing,
        "codes": sorted({each["properties"]["code"] for each in boundaries.features_of(thing)}),
        "withdraws": acts_on(request.user, thing, MAP) and not thing.withdrawn,
        "trail": [(MAPS, reverse("dashboards:maps")), (thing.name, "")],
        "printed": thing.said,
    }
    return render(request, "dashboards/map.html", more)


@act(MAP, of=Boundaries)
def withdraw(request: Request, thing: Boundaries) -> HttpResponse:
    """Take boundaries out of use."""
    boundaries.withdraw(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(
        request,
        Text("已停用；地图改用其他底图或方格图", "Out of use; maps are drawn with others, or as tiles"),
        "warning",
    )
    return redirect(thing)
