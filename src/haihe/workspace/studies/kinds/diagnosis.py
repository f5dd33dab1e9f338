"""Kind ``diagnosis``: what a region is made of, on whom it depends, where its chains are weak (`haihe.diagnose`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from haihe.messages import Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import tables_of
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.units.models import Person

if TYPE_CHECKING:
    from haihe.diagnosis.diagnosis import Diagnosis

CODE = "diagnosis"
GROUPS = {
    "Structure": Text("结构与专业化", "Structure and specialisation"),
    "TradeView": Text("贸易与依存", "Trade and dependence"),
    "LabelView": Text("优势、新兴与短板", "Strong, new and short"),
    "ChainView": Text("产业链", "Chains"),
    "HaltView": Text("断供影响", "What a halt costs"),
    "FirmView": Text("企业", "Firms"),
}


class DiagnosisForm(KindForm):
    """What a diagnosis is asked for."""

    chain = forms.ChoiceField(label=words("产业链", "Chain"), choices=(), required=False)

    def offer(self, person: Person, version: Version) -> None:
        """Offer the chains of the data."""
        del person
        there = tables_of(version, ["chains"]).get("chains")
        rows = [] if there is None else there[["chain", "name_zh", "name_en"]].itertuples(index=False, name=None)
        field = self.fields["chain"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", words("全部产业链", "all chains")),
            *((code, words(zh, en if isinstance(en, str) and en else zh)) for code, zh, en in rows),
        ]


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Diagnose, and keep everything that the diagnosis shows."""
    from haihe.diagnosis import diagnose
    from haihe.diagnosis.statements import statements
    from haihe.figures import Figure

    work.say(Text("诊断结构、贸易与产业链", "diagnosing structure, trade and chains"))
    found = diagnose(region, settings.get("chain") or None)
    work.check()
    work.share(0.5)
    work.say(Text("整理图表", "drawing figures and tables"))
    parts = {shown.key: shown for shown in found.shown()}
    quality = [shown.quality for shown in parts.values()]
    home, years = found.places.names[found.places.home], "、".join(map(str, found.years))
    about = Text(
        f"诊断对象：{home.zh}，核算年份 {years}。",
        f"Diagnosed: {home.en}, accounts of {', '.join(map(str, found.years))}.",
    )
    lines = [about, *(said.text for said in statements(found))]
    numbers = {
        "years": [int(year) for year in found.years],
        "figures": sum(isinstance(shown, Figure) for shown in parts.values()),
        "quality": sorted({mark for mark in quality if mark}),
        "findings": [finding.to_dict() for finding in found.findings],
    }
    return Kept(lines, parts, numbers, groups=grouped(found))


def grouped(found: "Diagnosis") -> list[tuple[Text, list[str]]]:
    """Give the parts by what they are about; those of a single chain under the chain's name."""
    groups = []
    for part in found.parts:
        keys, chains = [shown.key for shown in part.shown()], found.chains
        own: dict[str, list[str]] = {}
        if chains is not None and part is chains:
            own = {code: [key for key in keys if key.endswith(f"-{code}")] for code in chains.chains.codes}
        apart = {key for found_keys in own.values() for key in found_keys}
        groups.append((GROUPS[type(part).__name__], [key for key in keys if key not in apart]))
        groups += [(chains.chains.names[code], of) for code, of in own.items() if chains is not None]
    return groups


declare(
    Kind(
        code=CODE,
        name=Text("产业诊断", "diagnosis"),
        about=Text(
            "产业由什么构成、依存于谁、产业链哪里薄弱、断供会损失多少",
            "what industry is made of, on whom it depends, where chains are weak, what a halt costs",
        ),
        run=run,
        form=DiagnosisForm,
        seconds=1800,
        memory_mb=0,
        order=20,
        needs=("accounts",),
    )
)
