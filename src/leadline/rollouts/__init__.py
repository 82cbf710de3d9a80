"""State machines of canaries and A/B tests. Pure."""
