"""Papers: files that stand as evidence, attached to anything of the workspace and seen by whoever sees it."""
