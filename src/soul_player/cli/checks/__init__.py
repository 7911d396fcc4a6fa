"""What `soul doctor` looks at."""
