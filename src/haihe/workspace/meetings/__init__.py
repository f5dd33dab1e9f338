"""Sessions of a leading group: agenda, pack, decisions that become duties, minutes that somebody else approves."""
