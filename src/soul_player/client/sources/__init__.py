"""How sources are reached: addresses, certificates, tokens, and one method per endpoint."""
