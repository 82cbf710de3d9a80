"""Is this answer wrong? Inline checks run before the reply is done; deep checks run in the watch."""
