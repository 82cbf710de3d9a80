"""Composition roots: the only modules that know every other one. Config in, objects out."""
