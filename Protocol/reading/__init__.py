"""A second reading of rollcall-1.md, in Python's standard library only.

It was written from the specification and shares no code with the product; `tools/vectors`
uses it to write and to check the test vectors. Each module cites the rules that it reads.
"""
