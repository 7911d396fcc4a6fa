"""The local API: what the page, and every other program of this person, can ask of the running client."""
