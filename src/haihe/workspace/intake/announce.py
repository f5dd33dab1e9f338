"""What the room announces: its entry of the menu, uploads that wait, uploads found by search."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, WAYS_IN, Entry, Hit, Waiting
from haihe.workspace.intake.actions import READ, UPLOAD
from haihe.workspace.intake.models import PREVIEWED, REFUSED, Upload
from haihe.workspace.intake.targets import TARGETS
from haihe.workspace.units.models import Person

MOST = 20
WAITS = {
    PREVIEWED: Text("确认上传“{file}”", "confirm the upload “{file}”"),
    REFUSED: Text("改正并重传“{file}”（{n} 处错误）", "mend “{file}” and upload it again ({n} errors)"),
}


def waiting(person: Person) -> Iterator[Waiting]:
    """Give the person's own uploads that wait for confirmation or mending; a newer one of the same thing stands for it."""
    if not person.may(UPLOAD):
        return
    mine = Upload.objects.visible_to(person).filter(created_by=person.username).select_related("unit")
    seen = set[tuple[str, str, int]]()
    for upload in mine[: 5 * MOST]:
        about = (upload.target, upload.thing, upload.unit_id)
        if about not in seen and upload.state in WAITS:
            what = WAITS[upload.state].format(file=upload.file_name, n=upload.errors)
            yield Waiting(what, reverse("intake:upload", args=[upload.code]), upload.created, None, upload.unit.name)
        seen.add(about)


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find uploads by code or name of the file."""
    if not person.may(READ):
        return
    where = Q(code__icontains=wanted) | Q(file_name__icontains=wanted)
    for upload in Upload.objects.visible_to(person).filter(where)[:MOST]:
        name = Text(upload.file_name, upload.file_name)
        yield Hit(Text("上传", "upload"), name, upload.code, reverse("intake:upload", args=[upload.code]))


def way_in(person: Person, code: str) -> str:
    """Give where a person sends in workbooks of a list; nothing where the list is not theirs to send."""
    target = TARGETS.get(code)
    if target is None or not (person.may(UPLOAD) and person.may(target.upload_action)):
        return ""
    return f"{reverse('intake:list')}?for={code}"


def register() -> None:
    """Announce everything."""
    wording.KINDS["intake.upload"] = Text("上传", "upload")
    failures.answered(404, "E-INT-07")
    failures.answered(409, "E-INT-20", "E-INT-21")
    failures.answered(413, "E-INT-01")
    MENU.append(Entry(Text("上传", "Uploads"), "intake:list", READ, 40, "data"))
    WAITING.append(waiting)
    SEARCHES.append(found)
    WAYS_IN.append(way_in)
