"""What travels between server and client. Pure: no I/O, no clock, no randomness of its own."""
