"""The room of projects on their way: boards by stage, stage moves, what stages hold of what is scarce."""
