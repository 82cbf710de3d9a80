"""Prompts as code: parse, type, render. Pure."""
