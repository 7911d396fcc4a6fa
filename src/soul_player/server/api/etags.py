"""Comparing the tags of answers."""


def tag_matches(if_none_match: str, tag: str) -> bool:
    """Weak comparison with any of the tags of an `If-None-Match` header (RFC 9110, 13.1.2)."""
    if not if_none_match:
        return False
    bare = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == bare for part in if_none_match.split(",")) or if_none_match == "*"
