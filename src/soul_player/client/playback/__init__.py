"""Sound for a player: which bytes, from where, in which quality, and what was heard of them."""
