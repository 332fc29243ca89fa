"""Commands of Django, one file each."""
