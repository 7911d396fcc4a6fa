"""Connections: what they may cost before a request is understood, and how they end."""
