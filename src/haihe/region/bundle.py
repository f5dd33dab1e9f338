"""A region as a bundle: the files of its folder in one zip archive, with a manifest of their hashes."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from haihe.messages import HaiheError
from haihe.region.draft import Draft
from haihe.region.folder import read_files
from haihe.region.safety import open_archive, read_entry
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES

MANIFEST = "manifest.json"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def read_bundle(path: Path, tables: Mapping[str, TableSpec] = TABLES) -> Draft:
    """Read a bundle after comparing every file with the manifest."""
    with open_archive(path) as archive:
        files = {info.filename: read_entry(path.name, archive, info.filename) for info in archive.infolist()}
    listed = _manifest(path.name, files.pop(MANIFEST, None))
    for name in sorted(set(files) | set(listed)):
        if name not in files or listed.get(name) != _sha256(files[name]):
            raise HaiheError("E-FILE-15", file=path.name, value=name)
    return read_files(files, path.name, tables)


def _manifest(file: str, data: bytes | None) -> dict[str, str]:
    if data is None:
        raise HaiheError("E-FILE-15", file=file, value=MANIFEST)
    try:
        files = json.loads(data)["files"]
        return {str(name): str(entry["sha256"]) for name, entry in files.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise HaiheError("E-FILE-15", file=file, value=MANIFEST) from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def bundle_bytes(files: Mapping[str, bytes], region_hash: str) -> bytes:
    """Pack the files of a folder; equal regions give equal bytes."""
    manifest = {
        "kind": "haihe bundle",
        "region": region_hash,
        "files": {name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in files.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {MANIFEST: json.dumps(manifest, ensure_ascii=False, indent=1).encode(), **files}.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
