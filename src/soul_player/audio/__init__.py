"""One audio file: what it is, what its tags say, what its bytes hash to, and its picture."""
