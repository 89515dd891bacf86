import pytest

from analytics.review_language import ENGLISH, OTHER_SCRIPT, UNKNOWN, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The lid does not close and it was not cheap.", ENGLISH),
        ("Does just what it says. As good as new, no scratches, and a joy to use.", ENGLISH),
        ("Der Deckel schließt nicht, leider sehr schlecht und auch nicht schön.", "German"),
        ("Le produit est très bien mais la livraison n'est pas rapide.", "French"),
        ("El paquete llegó roto y no es lo que pedí, muy malo.", "Spanish"),
        ("Het deksel sluit niet en het is ook erg dun.", "Dutch"),
        ("Очень хороший товар, всем советую", OTHER_SCRIPT),
        ("とても良い商品です", OTHER_SCRIPT),
        ("Super!", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_languages(text, language):
    assert language_of(text) == language
