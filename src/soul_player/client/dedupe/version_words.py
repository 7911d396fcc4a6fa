"""The words by which titles, artists and albums say that they are other audio: live, a remix, karaoke ..."""

import re

# Spellings and tongues of one kind share its name.
KIND_WORDS = {
    "live": "live", "vivo": "live", "directo": "live", "concert": "live", "concierto": "live", "unplugged": "live",
    "konzert": "live", "konzertmitschnitt": "live", "mitschnitt": "live", "liveaufnahme": "live", "encore": "live",
    "performance": "live",
    "remix": "remix", "remixed": "remix", "rmx": "remix", "mix": "remix", "mixed": "remix", "remixes": "remix",
    "rework": "remix", "bootleg": "remix", "mashup": "remix", "refix": "remix", "remode": "remix", "flip": "remix",
    "reconstruction": "remix", "deconstruction": "remix", "remezcla": "remix", "lofi": "remix", "mixshow": "remix",
    "vip": "remix",
    "dub": "dub", "acoustic": "acoustic", "acustico": "acoustic", "acustica": "acoustic", "acoustique": "acoustic",
    "akustik": "acoustic", "akustisch": "acoustic", "stripped": "acoustic",
    "demo": "demo", "demos": "demo", "rehearsal": "demo", "rehearsals": "demo", "outtake": "demo", "soundcheck": "demo",
    "instrumental": "instrumental", "instrumentals": "instrumental", "inst": "instrumental",
    "instrumentale": "instrumental", "strumentale": "instrumental", "drumless": "instrumental",
    "karaoke": "karaoke", "backing": "karaoke", "playback": "karaoke", "singalong": "karaoke",
    "cover": "cover", "covered": "cover", "remake": "cover", "tribute": "cover", "lullaby": "cover",
    "rendition": "cover", "renditions": "cover", "salute": "cover", "homage": "cover", "hommage": "cover",
    "parody": "cover", "8bit": "cover", "chiptune": "cover",
    "session": "session", "sessions": "session", "extended": "extended", "maxi": "extended", "edit": "edit",
    "version": "version", "ver": "version", "fassung": "version", "orchestral": "version", "symphonic": "version",
    "rerecorded": "version", "take": "take", "alternate": "take", "alternative": "take",
    "acapella": "acapella", "acappella": "acapella", "cappella": "acapella", "acapellas": "acapella",
    "percapella": "acapella", "vocals": "acapella", "vocal": "acapella", "stems": "acapella",
    "sped": "faster", "nightcore": "faster", "chipmunk": "faster", "slowed": "slower", "daycore": "slower",
    "screwed": "slower", "chopped": "slower", "reverb": "slower", "8d": "effect", "boosted": "effect",
    "reversed": "effect", "mono": "mono", "stereo": "stereo",
    "reprise": "part", "interlude": "part", "intro": "part", "outro": "part", "skit": "part", "continued": "part",
    "ringtone": "part", "commentary": "part", "medley": "part", "snippet": "part", "excerpt": "part",
    "preview": "part", "interview": "part",
}  # fmt: skip
KARAOKE = re.compile(
    r"\b(?:in the style of|made famous by|originally (?:performed )?by|originally performed|as made popular|sing along"
    r"|performed by|minus one|minus track|off vocal)\b"
)
# What is several words when it is folded.
PHRASES = re.compile(
    r"\b(?:(?P<cover>8 bit)|(?P<remix>lo fi)|(?P<version>re recorded|re recording)|(?P<edit>tv size)"
    r"|(?P<live>en publi[cq]\w*|tiny desk|from the basement|recorded at|(?<!^)at budokan|^at budokan)"
    r"|(?P<part>track by track)|(?P<instrumental>no (?:vocals?|drums|rap)|without (?:vocals?|rap)))\b"
)
# `Akustikversion`, `Orchesterfassung`.
GLUED = ("version", "fassung")
# Beside these, `version`, `mix` and `edit` mean the audio that everybody knows.
PLAIN_WORDS = frozenset(
    """
    remaster remastered remasterizado remasterise remasterisee remasters digital digitally deluxe explicit clean amended
    edited bonus track tracks edition album main original standard special expanded anniversary collector collectors lp
    single stereo video booklet exclusive amazon itunes spotify hidden radio cd disc disk unknown mastered hd hq
    official audio lyric lyrics music restored previously unreleased reissue bit and the a with in of by from for new
    """.split()  # noqa: SIM905  # eighty quoted words read worse
)
# These make `version`, `mix` and `edit` nothing special; `radio edit` and `new version` do not.
SAME_AUDIO = frozenset(
    ("remaster", "remastered", "deluxe", "explicit", "clean", "amended", "edited", "album", "main", "original",
     "standard", "lp", "stereo", "cd", "mastered")
)  # fmt: skip
# Of two mixes these say which is which.
TELLING_WORDS = frozenset(("radio", "single", "video", "special", "new", "main", "original", "itunes", "spotify"))

_OPEN = r"[\(\[:\-\u2013\u2014,/]"
# By kind, what an album has to say for all its tracks to be of it.
ALBUMS = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "live": _OPEN + r"\s*(?:recorded\s+)?live\b|\blive\s+(?:at|in|from|on|and|\d|\u00e0|aus|im|bei)\b|\bunplugged\b"
        r"|\ben vivo\b|\bin concert\b|\bao vivo\b|\ben concert\b|\ben public\b|\ben p\u00fablico\b|\ben concierto\b"
        r"|\bim konzert\b|\bkonzert (?:in|im|am|auf|aus)\b|\ben directo\b|\blive\b\W*$|^\W*live\b|\bdal vivo\b"
        r"|\bconcerts? (?:at|in|for|on)\b|\bconcert\W*$|\bconcertgebouw live\b|\b(?:official )?bootleg\b"
        r"|\b(?:bbc|peel|kexp|daytrotter|radio\s?(?:one|1|2)?|itunes|spotify|aol|live|maida vale)\b.*\bsessions?\b"
        r"|\bworld tour\b|\btour\b.*\d{2}|\d{4}.*\btour\b|\btour \(|\bfestival\b|\brock in rio\b"
        r"|\b(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])\b"
        r"|\b(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./](?:19|20)?\d\d\b|\bau z\u00e9nith\b|\b\u00e0 l.olympia\b"
        r"|\bdick.?s picks\b|\b(?:at|from) (?:the )?(?:budokan|wembley|fillmore|montreux|red rocks|carnegie hall)\b",
        "karaoke": r"\bkaraoke\b|\bin the style of\b|\bmade famous\b|\bbacking tracks?\b|\bsings? like\b",
        "cover": r"\btribute (?:to|album)\b|\btribute\W*$|\brenditions? of\b|\blullaby\b|\bas performed by\b",
        "instrumental": _OPEN + r"\s*(?:the )?instrumentals?\b|\binstrumentals?\W*$|\binstrumental versions?\b",
        "acapella": r"\bac+ap+ella(?:s| versions?)?\W*$",
        "acoustic": _OPEN + r"\s*(?:the )?acoustic\b|\bacoustic (?:version|session|album)s?\b|\bacoustic\W*$"
        r"|[\(\[]\s*stripped\b",
        "remix": r"\bremix(?:es|ed)\b|\bremix (?:album|ep|collection)\b|" + _OPEN + r"\s*(?:the )?remix\b",
        "demo": r"\bdemos\b|[\(\[]\s*(?:the )?demo\b|\bdemo (?:tape|version|recording)s?\b|\brehearsals?\W*$",
        "mono": r"\bin mono\b|[\(\[]\s*mono\b",
        "dub": r"\bin dub\b|[\(\[]\s*dub\b|^\W*dub (?!\w*lin)",
        "faster": r"\bsped up\b|\bnightcore\b",
        "slower": r"\bslowed\b|\bdaycore\b|\bchopped (?:and|&|n) screwed\b",
        "part": _OPEN + r"\s*(?:track by track )?commentary\b|\bcommentary\W*$",
        "version": r"\bre-?recorded\b|\borchestral\W*$|\bsymphonic\W*$|[\(\[][^)\]]*\b(?:piano|string|japanese|english"
        r"|spanish|german|french|orchestral|symphonic) version\b",
    }.items()
}
# Who plays it may say that it is no original.
ARTISTS = {
    "karaoke": re.compile(r"\bkaraoke\b|\bin the style of\b|\bmade famous\b|\bbacking tracks?\b", re.IGNORECASE),
    "cover": re.compile(
        r"\btribute\b|\bcover(?:s|ed| versions?| band| crew)\b|\bperformed by\b|\brockabye\b|\blullaby players\b"
        r"|\bstring quartet tribute\b",
        re.IGNORECASE,
    ),
}
