"""The console: pages that show what the control API tells, and decide nothing themselves."""
