"""For people: what is stuck, and whether everything that was accepted is accounted for."""
