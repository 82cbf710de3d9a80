"""Makes the weights that checks ship with. Not part of the wheel; see README.md."""
