"""The example regions that come with the package."""

from importlib import resources
from pathlib import Path

from haihe.messages import HaiheError
from haihe.region.reading import read
from haihe.region.region import Region


def examples_folder() -> Path:
    """Folder of the examples: inside the installed package, or beside the sources in a checkout."""
    inside = Path(str(resources.files("haihe"))) / "examples"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "examples"


def example(name: str = "jing-jin-ji") -> Region:
    """Read an example region.

    Parameters
    ----------
    name : str
        Folder name, e.g. ``jing-jin-ji``.

    Returns
    -------
    Region
        Without errors.

    Raises
    ------
    HaiheError
        ``E-EXA-01`` for an unknown name, with the known ones.
    """
    folder = examples_folder()
    known = sorted(path.parent.name for path in folder.glob("*/haihe.toml"))
    if name not in known:
        raise HaiheError("E-EXA-01", value=name, known="、".join(known) or "—")
    return read(folder / name)
