"""How concentrated is it, and would chance do the same?"""

__all__: list[str] = []
