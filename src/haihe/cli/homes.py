"""Folders of workspaces, as commands are given them."""

from pathlib import Path

from haihe.messages import HaiheError
from haihe.messages.extras import needed


def there(home: Path | None) -> None:
    """Start Django on a folder that holds a workspace; nothing is made and nothing upgraded.

    Parameters
    ----------
    home : Path, optional
        ``HAIHE_HOME`` where not given.

    Raises
    ------
    HaiheError
        ``E-WEB-72`` where there is no workspace.
    """
    needed("django")
    from haihe.workspace.start import office, setup

    setup(home)
    if not office()["DATABASE_URL"] and not office().database()["NAME"].exists():
        raise HaiheError("E-WEB-72", value=str(office().home))
