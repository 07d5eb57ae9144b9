"""Benchmarks: what `make bench` runs. Figures are for this machine; compare the ratios."""
