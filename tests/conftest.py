"""What every test shares."""

from hypothesis import HealthCheck, settings

# Shared machines stall: a slow draw is no fault of the code under test.
settings.register_profile("genscan", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("genscan")
