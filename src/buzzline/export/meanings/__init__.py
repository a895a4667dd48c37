"""What does every column of every result table mean? One file a family of results."""

__all__: list[str] = []
