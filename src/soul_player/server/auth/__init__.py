"""Who asks: passwords, tokens, and how often somebody may try."""
