"""What this device knows: sources, recordings, how far each feed was read. SQL lives here and nowhere else."""
