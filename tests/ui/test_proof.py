"""What proves that two sides know the same token."""

from hypothesis import given
from hypothesis import strategies as st

from soul_player.ui.proof import is_proof, proof_of

texts = st.text(max_size=40)


@given(texts, texts, texts)
def test_who_knows_the_token_is_believed(token: str, url: str, nonce: str) -> None:
    assert is_proof(proof_of(token, url, nonce), token=token, url=url, nonce=nonce)
    assert token == "" or token not in proof_of(token, url, nonce) or len(token) < 3


@given(texts, st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_a_proof_is_of_one_token_one_address_and_one_question(
    said: str, asked: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """What was said to another question, or by another process, is worth nothing."""
    token, url, nonce = asked
    assert not is_proof(said, token=token, url=url, nonce=nonce)
    without_zeros = all("\0" not in part for part in (*asked, *other))
    if asked != other and without_zeros:
        assert not is_proof(proof_of(*other), token=token, url=url, nonce=nonce)
