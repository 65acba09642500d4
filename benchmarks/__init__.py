"""Each measures one thing with one command and prints ratios of one run."""
