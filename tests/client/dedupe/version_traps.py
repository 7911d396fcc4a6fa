"""More pairs that deceive: what live albums, mixes, karaoke and parts of works say of themselves, in many tongues."""
# ruff: noqa: RUF001  # letters of other scripts are what it is about

from collections.abc import Iterator
from itertools import combinations

from soul_player.client.dedupe.texts import Said
from tests.client.dedupe.traps import Trap

# Behind a song's title: other audio.
OTHER_AUDIO = (
    "(live in Paris, 2004)", "(BBC Session)", "[MTV Unplugged Version]", "(En Vivo)", "(en directo)",
    "(Ao Vivo)", "(Dal Vivo)", "(En public)", "(Live à Bercy)", "(Im Konzert)", "(Konzertmitschnitt)",
    "(ライブ)", "（ライヴ）", "(라이브)", "(концертная запись)", "(живая запись)", "(live, 2003-05-04: Rome)",
    "(Live / Remastered)", "(In Concert)", "(Tiny Desk Concert)", "(Encore)", "(at Budokan)", "【ライブ】",
    "~Live Ver.~", "-Instrumental-", '(12" Mix)', '(7" Version)', "(Radio Mix)", "(Single Edit)", "(Remode)",
    "(Reconstruction)", "(Rough Cut)", "(リミックス)", "(リミックスバージョン)", "(리믹스)", "(ремикс)",
    "(混音)", "(Remezcla)", "(Kaskade's Summer Mix)", "(Flip)", "(Hardstyle)", "(Amapiano)", "(Jersey Club)",
    "(Bonus Beats)", "(Work in Progress)", "(Dolby Atmos)", "(Versión en español)", "(Version française)",
    "(Deutsche Version)", "(日本語版)", "(Japanese Version)", "(Korean Ver.)", "(Versión acústica)",
    "(Version acoustique)", "(Akustikversion)", "(アコースティック)", "(акустическая версия)", "(어쿠스틱)",
    "(Instrumentalversion)", "(インスト)", "(インストゥルメンタル)", "(инструментал)", "(纯音乐)",
    "(Percapella)", "(Strumentale)", "(カラオケ)", "(караоке)", "(минусовка)", "(минус)", "(노래방)", "(반주)",
    "(伴奏)", "(off vocal)", "(Sing-Along Version)", "(As Made Famous By The Example Band) [Karaoke Version]",
    "(Minus Track)", "(TV Size)", "(デモ)", "(демо)", "(Super Slowed)", "(Daycore)", "(Medley)", "(Snippet)",
    "(Interview)", "(Track by Track)", "(Commentary)", "(Orchesterfassung)", "(Klavierfassung)", "(Maxi)",
    "(Stripped)", "(No Drums)", "(Without Rap)", "(Cover)", "(カバー)",
)  # fmt: skip
SAME_AUDIO = (
    "(24-Bit Remastered)", "(2009 Digital Remaster)", "(Remasterizado)", "(LP Version)", "(Original Mix)",
    "(Bonus Track)", "(Official Audio)", "(feat. Guest)", "ft. Guest",
)  # fmt: skip
# Of these albums every song is other audio than that of a studio album or of a collection.
OTHER_ALBUMS = (
    "Live in Tokyo 1992", "Northern Lights (Live)", "Northern Lights Live", "En Vivo en Madrid", "Au Zénith",
    "2003-06-17: Palalottomatica, Rome, Italy", "1977-05-08: Barton Hall, Ithaca, NY", "BBC Sessions",
    "The Peel Sessions", "Official Bootleg 12", "Konzert in Berlin", "Концерт в Москве", "ライブ・イン・東京",
    "武道館ライブ", "Rock in Rio", "World Tour 1999", "The Concert for Bangladesh",
    "iTunes Festival: London 2010", "Dick's Picks, Volume 4", "Northern Lights Remixed",
    "Northern Lights: The Remixes", "The Remix Album", "Northern Lights (Demos)", "Early Demos & Rarities",
    "Northern Lights: The Instrumentals", "Instrumentals", "The Acapellas", "Northern Lights Acoustic",
    "Karaoke: The Example Band", "Sing Like The Example Band", "A Tribute to The Example Band",
    "Lullaby Renditions of The Example Band", "Northern Lights (Commentary)", "Northern Lights (Sped Up)",
    "Northern Lights in Dub", "Northern Lights (Mono)", "Northern Lights Orchestral",
    "Northern Lights (2020 Re-Recorded)",
)  # fmt: skip
NIGHTS = (
    "Live at Wembley", "Live in Rome", "MTV Unplugged", "Live 1992",
    "2003-06-17: Palalottomatica, Milan, Italy", "2003-06-20: Arena di Verona, Italy",
)  # fmt: skip
# Two parts of one work, as long as each other.
PARTS = (
    ("Sonata No. 14: I. Adagio", "Sonata No. 14: II. Allegretto"),
    ("Suite No. 1: Prélude", "Suite No. 2: Prélude"), ("Prelude, BWV 846", "Prelude, BWV 847"),
    ("Étude Op. 10 No. 3", "Étude Op. 25 No. 3"),
    ("Sinfonie Nr. 3: Erster Satz", "Sinfonie Nr. 3: Zweiter Satz"), ("Sonata in A major", "Sonata in A minor"),
    ("Symphonie no 3: Premier mouvement", "Symphonie no 3: Deuxième mouvement"),
    ("Sonate in G-Dur", "Sonate in G-Moll"), ("Prélude en la mineur", "Prélude en la majeur"),
    ("Prelude in E flat major", "Prelude in E major"), ("Trio in D: Andante", "Trio in D: Allegro"),
    ("Kapitel 1", "Kapitel 2"), ("Capítulo 1", "Capítulo 2"), ("Глава первая", "Глава вторая"),
    ("第一章", "第二章"), ("第十一話", "第十二話"), ("제1장", "제2장"),
    ("Chapter Twenty-One", "Chapter Twenty-Two"), ("Chapter Thirteen", "Chapter Fourteen"),
    ("Part A", "Part B"), ("Lesson Seven", "Lesson Eleven"), ("Side A", "Side B"),
    ("Erster Teil", "Zweiter Teil"), ("Primera parte", "Segunda parte"), ("Première partie", "Seconde partie"),
    ("Silver River, Part Two", "Silver River"), ("Silver River (feat. Anna)", "Silver River (feat. Mary)"),
    ("Silver River / Golden Sea", "Silver River"), ("Silver River Theme", "Silver River"), ("Love", "Love Me"),
    ("Stay", "Stay With Me"),
)  # fmt: skip


def _said(title: str, album: str = "Northern Lights", number: int | None = None, seconds: float = 241.0) -> Said:
    return Said(title, "The Example Band", album, number, seconds)


def version_traps() -> Iterator[Trap]:
    """Each as long as the other one, to the second: in doubt nothing else tells them apart."""
    song = "Silver River"
    for words in OTHER_AUDIO:
        yield Trap(f"{words} does not join", _said(f"{song} {words}"), _said(song), joins=False)
    for words in SAME_AUDIO:
        yield Trap(f"{words} joins", _said(f"{song} {words}", number=4), _said(song, number=4), joins=True)
    for album in OTHER_ALBUMS:
        for other in ("Northern Lights", "Greatest Hits"):
            yield Trap(f"{album}, {other}", _said(song, album), _said(song, other), joins=False)
        yield Trap(f"{album} twice", _said(song, album, 3), _said(song, album, 3), joins=True)
    for one, other in combinations(NIGHTS, 2):
        for title in (song, f"{song} (live)"):
            yield Trap(f"{title}, {one}, {other}", _said(title, one, 3), _said(title, other, 3), joins=False)
    for one, other in PARTS:
        yield Trap(f"{one}, {other}", _said(one), _said(other), joins=False)
        yield Trap(f"{one} twice", _said(one, number=2), _said(one, number=2, seconds=241.4), joins=True)
