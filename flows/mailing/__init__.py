"""Mail: a release to the people of a list, each of them once.

recipients   a CSV file, a query or a list's address → who gets it, and who cannot
letter       a release → the message, whose personal parts are filled in for each
line         one connection to a mail server, or a folder of messages
campaign     every recipient through several lines, with the ledger as the one memory
due          which editions are to be mailed now, and what a person has to be asked about
"""
