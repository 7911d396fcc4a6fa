"""What an operator sees of a running server: its log, its metrics, and what became of each request."""
