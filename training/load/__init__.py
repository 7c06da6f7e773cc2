"""The service under load: rates and delays, ten times too much, memory, and what a kill -9 leaves of the writes."""
