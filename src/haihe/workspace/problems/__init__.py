"""The register of major problems: raised with evidence, decided, worked on, closed by somebody else than who reported."""
