"""Work in the background: queue, progress, cancel, resume."""
