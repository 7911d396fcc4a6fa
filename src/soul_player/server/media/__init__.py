"""Audio on its way out: which bytes, under which tag, from which opened file."""
