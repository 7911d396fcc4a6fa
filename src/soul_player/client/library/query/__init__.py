"""The query language of lists, smart playlists and rules: text -> terms -> SQL over the library."""
