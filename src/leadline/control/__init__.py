"""The people's side: plan, HTTP API, console."""
