"""Simulated providers that speak the real wire formats and misbehave on a schedule, and their traffic."""
