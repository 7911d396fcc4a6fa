"""The steps of a schema: cut into statements, triggers and all."""

import pytest

from soul_player.database.migrate import statements

FILE = """
-- A comment; with a semicolon;
CREATE TABLE a (
    x  TEXT   -- one more; here
);

CREATE TRIGGER a_added AFTER INSERT ON a
BEGIN
    UPDATE a SET x = 'y';
    DELETE FROM a WHERE x IS NULL;
END;
INSERT INTO a VALUES ('; not an end');
"""


def test_a_file_is_cut_at_the_ends_of_its_statements_only() -> None:
    first, second, third = statements(FILE)
    assert first.startswith("CREATE TABLE a")
    assert second.startswith("CREATE TRIGGER a_added")
    assert second.endswith("END")
    assert third == "INSERT INTO a VALUES ('; not an end')"


def test_a_statement_without_an_end_is_a_fault_of_the_file() -> None:
    """Else its last step would be left out in silence."""
    with pytest.raises(AssertionError, match="no end"):
        statements("CREATE TABLE a (x TEXT)")
