"""What became of each test of a run: `recording` keeps it, `python3 -m outcomes` sums it up."""
