"""What stands ready for an office's machine: the samples name what is there, and what is handed on says whose it is."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from haihe.workspace.config import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from sbom import MANIFESTS, carried, complete

sys.path.remove(str(ROOT / "scripts"))
DEPLOY = ROOT / "deploy"
KNOWN = {setting.variable for setting in SETTINGS}


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["haihe.env", "nginx.conf", "haihe.service", "Containerfile"])
def test_samples_name_settings_that_there_are(name):
    assert set(re.findall(r"HAIHE_[A-Z_]+", text(name))) <= KNOWN


def test_the_pages_show_the_files_as_they_are():
    page = (ROOT / "docs" / "howto" / "serve.md").read_text(encoding="utf-8")
    service = text("haihe.service").replace("/opt/haihe", "VENV").replace("/var/lib/haihe", "FOLDER")
    for shown in (text("haihe.env"), text("nginx.conf"), service):
        assert shown.strip() in page


def test_nginx_lets_uploads_through_and_tells_who_asks():
    conf = text("nginx.conf")
    most = {setting.name: setting.default for setting in SETTINGS}["UPLOAD_MB"]
    assert int(re.search(r"client_max_body_size (\d+)m", conf)[1]) > int(most)
    assert "X-Forwarded-For" in conf
    assert "X-Forwarded-Proto" in conf


def test_the_container_runs_without_rights_keeps_data_apart_and_is_looked_after():
    lines = text("Containerfile").replace("\\\n", " ").splitlines()
    said = {line.split()[0]: line for line in lines if line and not line.startswith("#")}
    assert said["USER"].split()[1].isdigit()
    assert said["USER"].split()[1] != "0"
    assert said["VOLUME"].split()[1] == "/data"
    assert "/healthz" in said["HEALTHCHECK"]
    command = json.loads(said["CMD"].removeprefix("CMD "))
    done = subprocess.run(
        [sys.executable, "-c", f"from haihe.cli import app; app({[*command[1:], '--help']!r})"], capture_output=True
    )
    assert done.returncode == 0
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            assert all((ROOT / name).exists() for name in line.split()[1:-1])


def test_the_container_file_is_linted():
    lint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if lint is None:
        pytest.skip("hadolint is not there for this machine")
    done = subprocess.run([lint, str(DEPLOY / "Containerfile")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_bill_of_materials_names_every_vendored_package_once():
    assert len(MANIFESTS) == len({file.parent for file in ROOT.joinpath("src").rglob("vendor/*")})
    parts = list(carried())
    assert {"echarts", "zrender", "htmx.org"} <= {part["name"] for part in parts}
    assert all(part["licenses"][0]["license"]["id"] and part["version"] for part in parts)
    once = complete({"components": [{"bom-ref": "pkg:pypi/numpy@2.0", "name": "numpy"}]})
    assert len(once["components"]) == 1 + len(parts)
    assert complete(once) == once
