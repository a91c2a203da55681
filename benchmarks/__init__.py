"""Speed and accuracy beside a peer or a limit, each table made in one run.

`otear bench`, or one of them: `python -m benchmarks.NAME`.

Every module has `tables(...)`, which measures and returns its tables by title, a table being a list of rows that share
their keys.
"""
