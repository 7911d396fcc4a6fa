"""Keeps the store level with the folders of music: what is there, what moved, what is gone for good."""
