"""How a server announces itself by mDNS (DNS-SD), so that devices of the same network find it."""

SERVICE_TYPE = "_soul-player._tcp.local."
# The keys of its TXT record. A hint: whoever connects asks `GET /api/server` who really answers there.
SERVER_ID = "id"
NAME = "name"
BASE_PATH = "path"
TLS = "tls"
PROTOCOL = "protocol"
# RFC 6763: a label has at most 63 bytes, a string of a TXT record 255.
LABEL_BYTES_MAX = 63
TEXT_BYTES_MAX = 200


def label_of(name: str, server_id: str) -> str:
    """A name as one label of DNS: dots part labels, control characters belong nowhere.

    With the end of the id: two of one name that start in the same moment, when the power is back, do not hear each
    other ask for it, and of two under one label only one is found at a time.
    """
    cleaned = "".join(" " if char == "." or not char.isprintable() else char for char in name)
    end = f" ({server_id[-6:]})"
    return (shortened(cleaned.strip(), LABEL_BYTES_MAX - len(end)) or "Soul Player") + end


def shortened(text: str, bytes_max: int) -> str:
    """So many bytes at most, and no half of a character."""
    return text.encode("utf-8", "ignore")[:bytes_max].decode("utf-8", "ignore").strip()
