"""How fast it is: each file measures one thing beside the bare limit of the same machine in the same run."""
