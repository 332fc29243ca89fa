"""The verbs, by noun: plain functions over protocols and frozen values.

One module a noun, or one package where a noun has many verbs; a package lists what others may
use of it. Nouns use each other only through these lists.
"""
