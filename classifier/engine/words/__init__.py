"""Text → words, exactly as jieba 0.42.1 cuts them, from memory-mapped tables by compiled code."""
