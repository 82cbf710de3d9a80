"""Leadline: a gateway for LLM calls that notices when the system fails silently."""

__version__ = "0.1.0"
