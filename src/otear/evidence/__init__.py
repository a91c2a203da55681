"""Cues and misses become beliefs about sites: how likely each exists, what it is, where it is, and why."""
