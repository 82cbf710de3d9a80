"""One file per surface: an operation of a protocol, the same for every host that has it."""
