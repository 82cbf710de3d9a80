"""Texts written against the guards; none of them is trained on."""
