"""The verbs: plain functions over protocols and frozen values, one file for each concern."""
