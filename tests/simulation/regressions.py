"""Seeds that once found something: they are run by every `make test`, for ever. Each says what it found."""

# A client that was closed on a full disk kept its connection open, and its cancellation was lost.
REGRESSIONS: dict[int, str] = {
    25: "closing a library on a full disk failed over its statistics",
    210: "what was offered to a restored server again took the numbers of edits that were made meanwhile",
    1_000_011: "the same, while its rows were swept",
}
