"""Django and the libraries, read once: what the process imports beforehand of which each job's process is a copy."""

from haihe.workspace.start import setup

setup()
