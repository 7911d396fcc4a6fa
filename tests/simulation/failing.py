"""What is told of a world that went wrong: the causes, what kind of world it was, the end of its trace."""

from tests.simulation.trace import Trace


def story_of(seed: int, trace: Trace, error: BaseException, *, plan: object, again: str) -> str:
    """Its first line names the seed and the causes."""
    causes = "; ".join(f"{type(cause).__name__}: {cause}" for cause in _leaves(error))
    return "\n".join([f"seed {seed}: {causes}", f"plan: {plan}", trace.tail(), f"again: {again}"])


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]
