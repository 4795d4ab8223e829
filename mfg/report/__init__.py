"""The report of a study: one page with its finding, its charts and tables, what it rests on, and how it is made again."""
