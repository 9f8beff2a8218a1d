"""The long-lived process: the loop that looks and publishes, and what answers over HTTP."""
