"""What are we told?"""
