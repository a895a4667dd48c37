"""What goes with what?"""

__all__ = []
