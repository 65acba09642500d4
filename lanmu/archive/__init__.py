"""Whole archives: a plan of shards, each scored into one part, on this machine or on a Dask cluster."""
