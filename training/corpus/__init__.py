"""What a model learns from: titles and labelled records, in splits without leaks."""
