"""The command that diagnoses: structure, dependence, weak links of chains."""

from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import COLOURS, JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.messages import QUALITY_NAMES, Text


@app.command(epilog="Example: haihe diagnose examples/jing-jin-ji --chain IC -o diagnosis.xlsx")
def diagnose(
    path: PathArgument,
    chain: Annotated[
        list[str] | None, typer.Option(help="Chain to look at; repeatable. All of them where not given.")
    ] = None,
    home: Annotated[
        str | None, typer.Option(help="Member to look from. The one described in most parts where not given.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Workbook to write, .xlsx.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Diagnose a region: what it is good at, on whom it depends, where its chains are weak, what a halt costs."""
    from haihe.diagnosis.diagnosis import diagnose as make_diagnosis
    from haihe.diagnosis.statements import statements

    with desk(lang, json_) as here:
        with here.progress() as now:
            region = checked(path, now)
            now(Text("诊断", "diagnosing"))
            result = make_diagnosis(region, chain or None, home=home)
        if out is not None:
            result.to_excel(out, here.lang)
        said = statements(result)
        here.data(
            {
                "ok": True,
                "home": result.places.home,
                "years": list(result.years),
                "statements": [{**line.text.to_dict(), "quality": line.quality} for line in said],
                "findings": [finding.to_dict(here.lang) for finding in result.findings],
                "tables": {
                    table.key: {
                        "title": table.title(here.lang),
                        "cite": table.cite()(here.lang),
                        "quality": table.quality,
                        "rows": table.records(here.lang),
                    }
                    for table in result.sheets
                },
            }
        )
        for line in said:
            mark = QUALITY_NAMES[line.quality]
            here.say(Text(f"{line.text.zh}（{mark.zh}）", f"{line.text.en} ({mark.en})"))
        if chain and result.chains is not None:
            for table in map(result.chains.weak_table, result.chains.chains.codes):
                rows = [[cell(here.lang) for cell in row] for row in table.shown_rows()]
                here.grid(table.title, [column.heading for column in table.columns], rows)
        for finding in result.findings:
            here.err.print(finding.text(here.lang), markup=False, style=COLOURS[finding.severity])
        if out is not None:
            here.say(Text(f"已写出：{out}", f"written: {out}"))
