"""Search: the catalogue and its vectors, words and criteria; queries, fusion, bridges, suggestions."""
