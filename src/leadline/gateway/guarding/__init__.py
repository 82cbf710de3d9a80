"""Guardrails on the hot path: which policies hold, what their guards find, what becomes of the text."""
