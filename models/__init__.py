"""What a prediction needs at run time: text → vectors → tree, index, search. Runs without torch."""
