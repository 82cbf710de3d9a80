"""The rules that open and close incidents: one file per category, each with the windows it needs."""
