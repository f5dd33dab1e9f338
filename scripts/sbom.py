"""Complete the bill of materials of an environment (CycloneDX, JSON) by the files of others that haihe carries along.

cyclonedx-py environment .venv/bin/python -o out/sbom.json && python scripts/sbom.py out/sbom.json
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src" / "haihe"
MANIFESTS = sorted(SOURCE.rglob("vendor/manifest.json"))


def carried() -> Iterator[dict[str, Any]]:
    """Give a component for every package whose files stand in a folder ``vendor``, as its manifest declares it."""
    for file in MANIFESTS:
        said = json.loads(file.read_text(encoding="utf-8"))
        for part in (said, *said.get("bundles", ())):
            yield {
                "type": "library",
                "bom-ref": f"pkg:npm/{part['package']}@{part['version']}",
                "name": part["package"],
                "version": part["version"],
                "purl": f"pkg:npm/{part['package']}@{part['version']}",
                "licenses": [{"license": {"id": part["licence"]}}],
            }


def complete(bill: dict[str, Any]) -> dict[str, Any]:
    """Add what is carried along to a bill; what stands in it already is left alone."""
    components = list(bill.get("components", ()))
    there = {each.get("bom-ref") for each in components}
    return bill | {"components": [*components, *(each for each in carried() if each["bom-ref"] not in there)]}


def main(file: Path) -> None:
    bill = complete(json.loads(file.read_text(encoding="utf-8")))
    file.write_text(json.dumps(bill, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{file}: {len(bill['components'])} components")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
