"""What tells the parts of one work apart."""

import pytest

from soul_player.client.dedupe.counting import telling_marks
from soul_player.client.dedupe.normalize import fold


@pytest.mark.parametrize(
    ("title", "marks"),
    [
        ("Chapter Twenty-One", {"21"}),
        ("Chapter Thirty", {"30"}),
        ("Kapitel Elf", {"11"}),
        ("Zweiter Satz", {"2"}),
        ("Première partie", {"1"}),
        ("Глава вторая", {"2"}),
        ("Part IV", {"4"}),
        ("Sonata in A-flat major", {"flat", "major"}),
        ("Sonate in G-Moll", {"minor"}),
        ("Prélude en la mineur", {"minor"}),
        ("Side B", {"b"}),
        ("You and I", set()),
        ("Love Me", set()),
    ],
)
def test_by_example(title: str, marks: set[str]) -> None:
    """Of a title as it is compared."""
    assert telling_marks(fold(title)) == marks
