"""`leadline`: up, check, gateway, watch, control, incidents, events, requests."""

from leadline.cli.commands import main

__all__ = ["main"]
