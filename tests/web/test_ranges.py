"""Which bytes a `Range` header means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.web.ranges import Part, Span, Unsatisfiable, Whole, span_of


@pytest.mark.parametrize(
    ("header", "size_bytes", "span"),
    [
        ("bytes=0-0", 10, Part(0, 0)),
        ("bytes=0-9", 10, Part(0, 9)),
        ("bytes=2-5", 10, Part(2, 5)),
        ("bytes=9-", 10, Part(9, 9)),
        ("bytes=0-", 10, Part(0, 9)),
        ("bytes=5-99", 10, Part(5, 9)),
        ("bytes=-3", 10, Part(7, 9)),
        ("bytes=-10", 10, Part(0, 9)),
        ("bytes=-11", 10, Part(0, 9)),
        (" Bytes = 2 - 5 ", 10, Part(2, 5)),
        ("bytes=10-", 10, Unsatisfiable()),
        ("bytes=10-20", 10, Unsatisfiable()),
        ("bytes=-0", 10, Unsatisfiable()),
        ("bytes=0-", 0, Unsatisfiable()),
        ("bytes=-1", 0, Unsatisfiable()),
        ("", 10, Whole()),
        ("bytes=", 10, Whole()),
        ("bytes=-", 10, Whole()),
        ("bytes=5-2", 10, Whole()),
        ("bytes=0-1,4-5", 10, Whole()),
        ("bytes=a-b", 10, Whole()),
        ("bytes=+1-2", 10, Whole()),
        ("bytes=1_0-", 10, Whole()),
        ("bytes=\u0663-", 10, Whole()),
        ("lines=0-1", 10, Whole()),
        ("bytes 0-1", 10, Whole()),
        ("bytes=" + "9" * 400 + "-", 10, Whole()),
    ],
)
def test_a_range_means_these_bytes(header: str, size_bytes: int, span: Span) -> None:
    """One range as RFC 9110 has it; whatever else stands there, the player gets the whole file."""
    assert span_of(header, size_bytes) == span


@given(first=st.integers(0, 40), last=st.integers(0, 40), size_bytes=st.integers(0, 40))
def test_a_range_is_the_slice_of_the_file(first: int, last: int, size_bytes: int) -> None:
    """Against Python's own slices, for every place of both ends."""
    content = bytes(range(size_bytes))
    match span_of(f"bytes={first}-{last}", size_bytes):
        case Part() as part:
            assert content[part.first : part.last + 1] == content[first : last + 1]
            assert part.length == len(content[first : last + 1])
        case Unsatisfiable():
            assert content[first:] == b""
        case Whole():
            assert last < first


@given(count=st.integers(0, 60), size_bytes=st.integers(0, 40))
def test_a_suffix_is_the_end_of_the_file(count: int, size_bytes: int) -> None:
    """`-n` never reaches before the beginning."""
    content = bytes(range(size_bytes))
    match span_of(f"bytes=-{count}", size_bytes):
        case Part() as part:
            assert content[part.first : part.last + 1] == content[-count:]
        case Unsatisfiable():
            assert count == 0 or size_bytes == 0
        case Whole():
            pytest.fail("a suffix always parses")


@given(header=st.text(max_size=40), size_bytes=st.integers(0, 1000))
def test_no_header_leads_out_of_the_file(header: str, size_bytes: int) -> None:
    """Whatever a stranger writes there."""
    span = span_of(header, size_bytes)
    if isinstance(span, Part):
        assert 0 <= span.first <= span.last < size_bytes
