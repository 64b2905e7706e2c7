"""Reports on result files: figures with intervals, comparisons in pairs, tables and plots."""
