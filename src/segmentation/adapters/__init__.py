"""One file for each third party; nothing inside the library imports them."""
