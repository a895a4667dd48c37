"""Which clusters invest in which?"""

__all__: list[str] = []
