"""The errors of retrieval.

RetrievalError
├── IndexMissing       no usable index yet, or a damaged one (says how to build it)
├── EmbedderMissing    the embedding model cannot be loaded from this machine
├── StoreUnreachable   the vector store's server does not answer
├── BadCatalog         the products handed in lack something that the index needs
├── BadPicture         a file that is no picture, a damaged one, or one that is too large or too small
├── PicturesMissing    the shop has no pictures to search in
└── NotEnoughData      too little to learn recommendations or categories from
"""


class RetrievalError(Exception):
    """Base of all errors that a person may read: what was expected, what came, and the fix."""


class IndexMissing(RetrievalError):
    """There is no usable index."""


class EmbedderMissing(RetrievalError):
    """The embedding model cannot be loaded."""


class StoreUnreachable(RetrievalError):
    """The vector store's server does not answer."""


class BadCatalog(RetrievalError):
    """The products or pages handed in cannot be indexed."""


class BadPicture(RetrievalError):
    """The bytes handed in cannot be used as a picture."""


class PicturesMissing(RetrievalError):
    """There are no pictures to search in."""


class NotEnoughData(RetrievalError):
    """There is data, but too little to learn from."""
