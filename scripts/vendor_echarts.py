"""Refresh the vendored Apache ECharts (developers only; needs Node's ``npm``, which users never do).

Run ``python scripts/vendor_echarts.py 6.1.0``: packs that version and the zrender it bundles, copies the minified
file and every licence into ``src/haihe/figures/static/vendor`` and writes ``manifest.json`` beside them.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "src" / "haihe" / "figures" / "static" / "vendor"


def pack(package: str, version: str, folder: Path) -> Path:
    """Fetch one package with ``npm pack`` and unpack it; gives the folder that holds its files."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to refresh the vendored file; the one committed stays as it is")
    target = folder / package
    target.mkdir()
    command = [npm, "pack", f"{package}@{version}", "--silent", "--pack-destination", str(target)]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    archive = next(target.glob("*.tgz"))
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def main() -> None:
    """Fetch, copy, and write the manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="exact version of ECharts, e.g. 6.1.0")
    version = parser.parse_args().version
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        echarts = pack("echarts", version, folder)
        needs = json.loads((echarts / "package.json").read_text(encoding="utf-8"))["dependencies"]
        zrender = pack("zrender", needs["zrender"], folder)
        copies = {
            "echarts.min.js": echarts / "dist" / "echarts.min.js",
            "LICENSE-echarts": echarts / "LICENSE",
            "NOTICE-echarts": echarts / "NOTICE",
            "LICENSE-d3": echarts / "licenses" / "LICENSE-d3",
            "LICENSE-zrender": zrender / "LICENSE",
        }
        VENDOR.mkdir(parents=True, exist_ok=True)
        for file, source in copies.items():
            (VENDOR / file).write_bytes(source.read_bytes())
    manifest = {
        "name": "Apache ECharts",
        "package": "echarts",
        "version": version,
        "licence": "Apache-2.0",
        "bundles": [{"package": "zrender", "version": needs["zrender"], "licence": "BSD-3-Clause"}],
        "sha256": {file: hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() for file in sorted(copies)},
    }
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(f"vendored ECharts {version}")


if __name__ == "__main__":
    main()
