"""What the server answers: routes parse and answer, the rooms below decide."""
