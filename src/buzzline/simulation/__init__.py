"""What could happen: localised learning, simulated on the user's own network."""
