"""Builds one gateway worker from the plan and runs it."""
