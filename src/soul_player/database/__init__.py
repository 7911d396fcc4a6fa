"""A database as the rest of the house sees it: transactions over two types, a `Reader` and a `Writer`."""
