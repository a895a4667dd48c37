"""What does it mean for this cluster?"""

__all__ = []
