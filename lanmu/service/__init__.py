"""``lanmu serve``: the HTTP API, the watched folder and the review desk in one process over one SQLite file."""
