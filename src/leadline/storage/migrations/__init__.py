"""How `incidents.db` came to its present shape, step by step; run when the watch opens it."""
