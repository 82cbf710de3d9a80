"""Starts the processes of the house, holds their sockets, judges their health by progress. Has no data."""
