"""History played again through today's rules."""
