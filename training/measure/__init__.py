"""How good a model is: labelled records, benchmarks, intervals."""
