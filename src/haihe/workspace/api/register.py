"""Where rooms add their part to the API: in their application's ``ready``, before the addresses are read."""

from haihe.workspace.api.operations import Section

SECTIONS: list[Section] = []


def add(section: Section) -> None:
    """Add a section to the API."""
    SECTIONS.append(section)
