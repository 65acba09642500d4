"""A web page's markup → the article in it: safe parsing, blocks of text, the choice of the body, title and date."""
