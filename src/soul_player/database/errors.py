"""What can go wrong with a database, in words that a caller can act on."""


class DatabaseError(Exception):
    """Base of all errors of this package that a person may have to read."""


class DatabaseUnavailable(DatabaseError):
    """It cannot be reached or opened now; trying again later may help."""


class DatabaseForbidden(DatabaseError):
    """This user may not write it, or its disk is mounted for reading only."""


class DatabaseFull(DatabaseError):
    """The disk under it is full: the transaction was undone."""


class DatabaseDamaged(DatabaseError):
    """The file is not a database, or it is damaged: restore a backup."""


class SchemaTooNew(DatabaseError):
    """A newer version of the program wrote it; this one must not touch it."""


class SchemaChanged(DatabaseError):
    """A migration that was applied differs from the one this program carries."""
