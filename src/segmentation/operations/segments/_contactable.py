"""Why somebody may not be contacted: the one rule in words, for joining and for logging."""

from segmentation.contacts import Contact


def barred_reason(contact: Contact) -> str:
    """Why privacy forbids to contact somebody; empty if it does not.

    Exclusion from segments is not asked for: that is a wish of the host's, which it may overrule.
    """
    if contact.may_be_contacted:
        return ""
    return "is blocked for privacy" if contact.privacy_blocked else "is a minor without consent"
