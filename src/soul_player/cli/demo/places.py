"""Where the demo keeps what it makes, and what it does to the music in mid-walk."""

from dataclasses import dataclass
from pathlib import Path

from soul_player.cli.demo.albums import ENCORE, SONGS, Song
from soul_player.cli.demo.music import make_library, make_with_cover, retag

RETAGGED, RENAMED, DELETED = SONGS[6], SONGS[3], SONGS[19]
NEW_TITLE = "Borrowed Coat (2026 Remaster)"


@dataclass(frozen=True)
class Places:
    """Folders and files below one temporary folder."""

    music: Path
    server_home: Path
    client_home: Path
    tablet_home: Path
    phone_home: Path
    workshop: Path

    @classmethod
    def below(cls, folder: Path) -> "Places":
        """All in one folder."""
        return cls(
            music=folder / "music",
            server_home=folder / "server",
            client_home=folder / "client",
            tablet_home=folder / "tablet",
            phone_home=folder / "phone",
            workshop=folder / "workshop",
        )

    def file(self, song: Song) -> Path:
        """Where a song is at the start."""
        return self.music / song.path

    def make_music(self) -> None:
        """The library as it is at the start."""
        make_library(self.music, SONGS)

    def change_music(self) -> list[str]:
        """One file re-tagged, one renamed, one deleted, one added; what was done, for people.

        What takes time is done beside the library, so that the changes themselves are one burst for its watcher.
        """
        retagged, added = self.workshop / "retagged.mp3", self.workshop / "added.flac"
        self.workshop.mkdir()
        retag(self.file(RETAGGED), retagged, title=NEW_TITLE)
        make_with_cover(added, ENCORE)
        renamed = self.file(RENAMED).with_name("Rain on the Roof - final mix.flac")
        retagged.replace(self.file(RETAGGED))
        self.file(RENAMED).rename(renamed)
        self.file(DELETED).unlink()
        added.replace(self.file(ENCORE))
        return [
            f"re-tagged  {self.file(RETAGGED).name}: its title is now {NEW_TITLE!r}",
            f"renamed    {self.file(RENAMED).name} to {renamed.name}",
            f"deleted    {self.file(DELETED).name}",
            f"added      {self.file(ENCORE).name}",
        ]
