"""Pairs of tracks that deceive: what two sources say, and whether the machine may join them by its own."""

from typing import NamedTuple

from soul_player.client.dedupe.texts import Said


class Trap(NamedTuple):
    """`joins`: they are one recording, and so plainly that nobody need be asked."""

    name: str
    a: Said
    b: Said
    joins: bool


def _said(title: str, artist: str | None, album: str | None, seconds: float | None, number: int | None = None) -> Said:
    return Said(title, artist, album, number, seconds)


def _pair(name: str, a: Said, b: Said, *, joins: bool) -> Trap:
    return Trap(name, a, b, joins)


TRAPS: tuple[Trap, ...] = (
    # Other audio under nearly the same words.
    _pair(
        "live take",
        _said("Hurt", "Johnny Cash", "American IV", 218.0, 2),
        _said("Hurt (Live)", "Johnny Cash", "American IV", 217.0, 2),
        joins=False,
    ),
    _pair(
        "live album",
        _said("Alive", "Pearl Jam", "Ten", 341.0, 3),
        _said("Alive", "Pearl Jam", "Live at the Garden", 340.0, 3),
        joins=False,
    ),
    _pair(
        "two nights",
        _said("Alive (Live in Rome)", "Pearl Jam", "Tour", 341.0),
        _said("Alive (Live in Oslo)", "Pearl Jam", "Tour", 340.0),
        joins=False,
    ),
    _pair(
        "two years",
        _said("Alive (Live 1992)", "Pearl Jam", "Tour", 341.0),
        _said("Alive (Live 1993)", "Pearl Jam", "Tour", 341.0),
        joins=False,
    ),
    _pair(
        "live suffix",
        _said("Hurt - Live", "Johnny Cash", "Best", 218.0),
        _said("Hurt", "Johnny Cash", "Best", 218.0),
        joins=False,
    ),
    _pair(
        "en vivo",
        _said("Clandestino (En Vivo)", "Manu Chao", "Radio", 180.0),
        _said("Clandestino", "Manu Chao", "Radio", 181.0),
        joins=False,
    ),
    _pair(
        "unplugged",
        _said("Layla", "Eric Clapton", "Unplugged", 286.0),
        _said("Layla", "Eric Clapton", "Complete", 285.0),
        joins=False,
    ),
    _pair(
        "remix",
        _said("Blue Monday (Hardfloor Mix)", "New Order", "Singles", 420.0),
        _said("Blue Monday", "New Order", "Singles", 421.0),
        joins=False,
    ),
    _pair(
        "two remixes",
        _said("Firefly (Bravado Dubstep Remix)", "Ed Sheeran", "Loose Change", 269.0),
        _said("Firefly (Noodles House Remix)", "Ed Sheeran", "Loose Change", 269.0),
        joins=False,
    ),
    _pair(
        "radio edit",
        _said("One More Time (Radio Edit)", "Daft Punk", "Discovery", 235.0),
        _said("One More Time", "Daft Punk", "Discovery", 236.0),
        joins=False,
    ),
    _pair(
        "extended",
        _said("Relax (Extended)", "Frankie", "Relax", 236.0),
        _said("Relax", "Frankie", "Relax", 236.0),
        joins=False,
    ),
    _pair(
        "karaoke",
        _said("Hello (Karaoke Version)", "Adele", "25", 295.0),
        _said("Hello", "Adele", "25", 295.0),
        joins=False,
    ),
    _pair(
        "in the style of",
        _said("Hello (In the Style of Adele)", "Zoom", "Hits", 295.0),
        _said("Hello", "Adele", "25", 295.0),
        joins=False,
    ),
    _pair(
        "karaoke album",
        _said("Hello", "Adele", "Karaoke Hits 7", 295.0),
        _said("Hello", "Adele", "25", 295.0),
        joins=False,
    ),
    _pair(
        "instrumental",
        _said("Hello (Instrumental)", "Adele", "25", 295.0),
        _said("Hello", "Adele", "25", 295.0),
        joins=False,
    ),
    _pair(
        "acoustic", _said("Hello [Acoustic]", "Adele", "25", 295.0), _said("Hello", "Adele", "25", 295.0), joins=False
    ),
    _pair(
        "demo",
        _said("Fake (Demo)", "Shinedown", "Us and Them", 305.0),
        _said("Fake", "Shinedown", "Us and Them", 304.0),
        joins=False,
    ),
    _pair(
        "takes",
        _said("So What (Take 1)", "Miles Davis", "Sessions", 565.0),
        _said("So What (Take 2)", "Miles Davis", "Sessions", 565.0),
        joins=False,
    ),
    _pair(
        "new version",
        _said("Love Story (Taylor's Version)", "Taylor Swift", "Fearless", 235.0),
        _said("Love Story", "Taylor Swift", "Fearless", 235.0),
        joins=False,
    ),
    _pair(
        "cover",
        _said("Hurt", "Johnny Cash", "American IV", 218.0),
        _said("Hurt", "Nine Inch Nails", "The Downward Spiral", 218.0),
        joins=False,
    ),
    _pair(
        "tribute band",
        _said("Dancing Queen", "ABBA Tribute Band", "Gold", 231.0),
        _said("Dancing Queen", "ABBA", "Gold", 231.0),
        joins=False,
    ),
    # Numbers.
    _pair(
        "part 2",
        _said("Shine On You Crazy Diamond, Part 1", "Pink Floyd", "Wish", 300.0),
        _said("Shine On You Crazy Diamond, Part 2", "Pink Floyd", "Wish", 300.0),
        joins=False,
    ),
    _pair(
        "pt. II",
        _said("Echoes, Pt. I", "Pink Floyd", "Meddle", 300.0),
        _said("Echoes, Pt. II", "Pink Floyd", "Meddle", 300.0),
        joins=False,
    ),
    _pair(
        "movements",
        _said("Symphony No. 5: I. Allegro", "Beethoven", "Karajan", 430.0, 1),
        _said("Symphony No. 5: II. Allegro", "Beethoven", "Karajan", 431.0, 2),
        joins=False,
    ),
    _pair(
        "opus",
        _said("Nocturne, Op. 9 No. 1", "Chopin", "Nocturnes", 330.0),
        _said("Nocturne, Op. 9 No. 2", "Chopin", "Nocturnes", 330.0),
        joins=False,
    ),
    _pair(
        "chapters",
        _said("Chapter 7", "J.R.R. Tolkien", "The Hobbit", 1800.0, 7),
        _said("Chapter 8", "J.R.R. Tolkien", "The Hobbit", 1800.0, 8),
        joins=False,
    ),
    _pair(
        "one book, two readers",
        _said("Chapter 7", "Tolkien read by Rob Inglis", "The Hobbit", 1800.0, 7),
        _said("Chapter 7", "Tolkien read by Andy Serkis", "The Hobbit", 1955.0, 7),
        joins=False,
    ),
    _pair(
        "untitled",
        _said("[untitled]", "Sigur Ros", "( )", 390.0, 1),
        _said("[untitled]", "Sigur Ros", "( )", 391.0, 2),
        joins=False,
    ),
    _pair("intro", _said("Intro", "The xx", "xx", 127.0), _said("Intro", "M83", "Hurry Up", 127.0), joins=False),
    _pair("nothing but a number", _said("2", None, None, None), _said("2", "298", None, None), joins=False),
    _pair(
        "longer by a minute",
        _said("Hey Jude", "The Beatles", "1", 431.0),
        _said("Hey Jude", "The Beatles", "1", 371.0),
        joins=False,
    ),
    _pair(
        "two of one album",
        _said("Interlude", "Janet Jackson", "Velvet Rope", 30.0, 3),
        _said("Interlude", "Janet Jackson", "Velvet Rope", 35.0, 9),
        joins=False,
    ),
    # The same audio under other words.
    _pair(
        "remaster",
        _said("Hurt - 2011 Remaster", "Johnny Cash", "American IV", 218.0),
        _said("Hurt", "Johnny Cash", "American IV", 218.0),
        joins=True,
    ),
    _pair(
        "deluxe",
        _said("Halcyon", "Ellie Goulding", "Halcyon Days (Deluxe Edition)", 204.0),
        _said("Halcyon", "Ellie Goulding", "Halcyon Days", 204.0),
        joins=True,
    ),
    _pair(
        "explicit",
        _said("Space Bound [Explicit]", "Eminem", "Recovery", 278.0),
        _said("Space Bound", "Eminem", "Recovery", 278.0),
        joins=True,
    ),
    _pair(
        "album version",
        _said("Take You (Album Version)", "Justin Bieber", "Believe", 220.0),
        _said("Take You", "Justin Bieber", "Believe", 220.0),
        joins=True,
    ),
    _pair(
        "guest in the title",
        _said("Closer (feat. Mike Posner)", "Nick Jonas", "Nick Jonas", 228.0),
        _said("Closer", "Nick Jonas feat. Mike Posner", "Nick Jonas", 228.0),
        joins=True,
    ),
    _pair(
        "accents",
        _said("Señorita", "José Álvarez", "Corazón", 200.0),
        _said("Senorita", "Jose Alvarez", "Corazon", 200.4),
        joins=True,
    ),
    _pair(
        "roman",
        _said("Volume I: Dawn", "Low", "Vol. II", 200.0),
        _said("Vol. 1: Dawn", "Low", "Volume 2", 200.0),
        joins=True,
    ),
    _pair(
        "scripts", _said("Кино", "Земфира", "Вендетта", 200.0), _said("Kino", "Zemfira", "Vendetta", 200.0), joins=True
    ),
    _pair(
        "article",
        _said("The Wall", "The Residents", "Freaks", 200.0),
        _said("Wall", "Residents", "Freaks", 200.0),
        joins=True,
    ),
    _pair(
        "file name",
        _said("03 - Low_-_Dawn", None, "Vol. II", 200.0, 3),
        _said("Dawn", "Low", "Vol. II", 200.0, 3),
        joins=True,
    ),
    _pair(
        "width",
        _said("\uff39\uff25\uff33", "\uff2c\uff4f\uff57", "Vol. II", 200.0),
        _said("Yes", "Low", "Vol. II", 200.0),
        joins=True,
    ),
    _pair(
        "a live album that both name",
        _said("Alive (Live)", "Pearl Jam", "Live at the Garden", 341.0, 3),
        _said("Alive", "Pearl Jam", "Live at the Garden", 341.0, 3),
        joins=True,
    ),
)

# One song with a suffix that says: other audio. At the same place of the same album, to the second.
OTHER_AUDIO = (
    "(Live)", "- Live", "Live", "(Live at Wembley 1992)", "(Remix)", "- Club Mix", "(VIP)", "(Dub)", "karaoke version",
    "(Karaoke Version)", "(In the Style of Adele)", "(Made Famous by Adele)", "(Originally Performed by Adele)",
    "(Originally by Adele)", "(Tribute to Adele)", "- A Tribute to Adele", "(String Quartet Tribute)", "(8-Bit)",
    "(Lullaby Rendition)", "(Sped Up)", "sped up version", "(Slowed + Reverb)", "(Nightcore)", "(Bass Boosted)",
    "(Chopped & Screwed)", "(A Cappella)", "(Vocals Only)", "(No Vocals)", "(Drumless)", "(Minus One)", "(8D Audio)",
    "(Rehearsal)", "(Soundcheck)", "(Alternate Take)", "(Take 3)", "(Mono)", "(Stereo)", "(Radio Edit)", "(Lo-Fi)",
    "(Re-Recorded)", "(Reprise)", "(Interlude)", "(Ringtone)", "(Instrumental)", "(Acoustic)", "(Demo)", "(Cover)",
)  # fmt: skip
SAME_AUDIO = ("(Remastered)", "(2011 Remaster)", "- Remastered 2009", "(Explicit)", "(Clean)", "(Album Version)")

TRAPS += tuple(
    _pair(
        f"{words} {'joins' if joins else 'does not'}",
        _said("Rolling in the Deep", "Adele", "Twenty One", 228.0, 1),
        _said(f"Rolling in the Deep {words}", "Adele", "Twenty One", 228.0, 1),
        joins=joins,
    )
    for suffixes, joins in ((OTHER_AUDIO, False), (SAME_AUDIO, True))
    for words in suffixes
)
