"""The command: its subcommands, and what they say."""
