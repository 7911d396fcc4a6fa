"""One scan of folders of music: what was found there -> the rows of a library. For server and client alike."""
