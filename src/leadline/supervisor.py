"""Starts the processes, holds their sockets, and judges their health by progress."""
