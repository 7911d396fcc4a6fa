"""`soul demo`: the main job on real audio, every claim checked."""
