"""Which tracks of all sources are one recording."""
