"""Raw text → scores without a Python object a word, and the same words for training."""
