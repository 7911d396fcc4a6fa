"""Serving HTTP: a socket, uvicorn with the limits that it leaves out, ranges of bytes; for server and page alike."""
