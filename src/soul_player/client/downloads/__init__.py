"""Bytes that are kept on this device."""
