"""What an encoder learns from: concepts with their names and glosses, and sentences with their translation."""
