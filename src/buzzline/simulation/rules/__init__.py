"""Every behavioural rule: one line of theory, its source, its kernel."""
