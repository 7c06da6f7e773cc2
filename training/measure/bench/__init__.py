"""How fast the service classifies, beside a plain pipeline, and what speed costs in fidelity."""
