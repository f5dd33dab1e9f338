"""Studies: the library run on a data version, with a scenario or without, in the background; what it found is kept."""
