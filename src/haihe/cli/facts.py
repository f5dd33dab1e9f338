"""Commands on the facts: check, template, convert, version."""

from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import COLOURS, DATA_PROBLEM, Desk, JsonOption, LangOption, PathArgument, app, desk, quoted
from haihe.messages import Findings, HaiheError, Text
from haihe.version import __version__


def _show(here: Desk, findings: Findings, most: int = 200) -> None:
    """Print findings, the first ones in full and the total always."""
    here.data({"ok": findings.ok, "findings": [finding.to_dict(here.lang) for finding in findings]})
    if here.as_json:
        return
    for finding in findings[:most]:
        here.out.print(finding.text(here.lang), markup=False, style=COLOURS[finding.severity])
    errors, warnings = len(findings.errors), sum(f.severity == "warning" for f in findings)
    here.say(
        Text(
            f"错误 {errors} 条，警告 {warnings} 条，共 {len(findings)} 条。",
            f"{errors} errors, {warnings} warnings, {len(findings)} findings in all.",
        )
    )


@app.command(epilog="Example: haihe check examples/jing-jin-ji --lang zh")
def check(path: PathArgument, json_: JsonOption = False, lang: LangOption = None) -> None:
    """Check a region: every finding at once, with place and mend. Exit code 1 where there is an error."""
    from haihe.region import check_path

    with desk(lang, json_) as here:
        findings = check_path(path)
        _show(here, findings)
        if not findings.ok:
            raise typer.Exit(DATA_PROBLEM)


@app.command(epilog="Example: haihe template region.xlsx --lang zh")
def template(
    file: Annotated[Path, typer.Argument(help="Workbook to write, .xlsx.")],
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file of this name.")] = False,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Write an empty workbook to fill in: headers, units, drop-down lists and notes."""
    from haihe.region import write_template

    with desk(lang, json_) as here:
        if file.exists() and not replace:
            raise HaiheError("E-CLI-06", file=str(file))
        write_template(file, here.lang)
        here.data({"ok": True, "file": str(file)})
        here.say(Text(f"已写出模板 {file}", f"wrote template {file}"))
        here.say(Text(f"填写后运行：haihe check {quoted(file)}", f"fill it in, then run: haihe check {quoted(file)}"))


@app.command(epilog="Example: haihe example examples/jing-jin-ji")
def example(
    to: Annotated[Path, typer.Argument(help="Folder, .xlsx or .haihe.zip to write.")] = Path("examples/jing-jin-ji"),
    name: Annotated[str, typer.Option(help="Example region.")] = "jing-jin-ji",
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Put the example region here, so that the commands of these pages run and Excel can open it."""
    from haihe.region.examples import example as read_example

    with desk(lang, json_) as here, here.progress() as now:
        if to.exists():
            raise HaiheError("E-CLI-07", file=str(to))
        now(Text("写出", "writing"))
        read_example(name).write(to, lang.value if lang else None)
        here.data({"ok": True, "file": str(to)})
        here.say(Text(f"示例已写入 {to}", f"the example stands in {to}"))
        here.say(Text(f"检查它：haihe check {quoted(to)}", f"check it: haihe check {quoted(to)}"))


@app.command(epilog="Example: haihe convert examples/jing-jin-ji jing-jin-ji.xlsx")
def convert(
    path: PathArgument,
    to: Annotated[Path, typer.Argument(help="Folder, .xlsx or .haihe.zip to write.")],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Turn a region into another of its three forms; --lang gives a workbook headers in that language."""
    from haihe.region import read

    with desk(lang, json_) as here, here.progress() as now:
        now(Text("读取", "reading"))
        region = read(path)
        now(Text("写出", "writing"))
        region.write(to, lang.value if lang else None)
        here.data({"ok": True, "file": str(to), "hash": region.hash})
        here.say(Text(f"已写出 {to}（内容校验 {region.hash[:12]}）", f"wrote {to} (content {region.hash[:12]})"))


@app.command(epilog="Example: haihe version")
def version(json_: JsonOption = False, lang: LangOption = None) -> None:
    """Print the version."""
    with desk(lang, json_) as here:
        here.data({"version": __version__})
        here.say(Text(f"haihe {__version__}", f"haihe {__version__}"))
