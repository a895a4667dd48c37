"""Local buzz or global pipelines?"""
