"""Changing anything: every edit of this device, its local effect and its operation in one transaction."""
