"""A courier that sends mails by SMTP; only the standard library.

One connection serves many messages. What a server says of one mail for now (4xx) is tried again
later by whoever delivers; what it says for good (5xx) is not. What it says of all mails (of the
sender, the login, the connection) is no fault of one: the run stops, and nothing is lost.
"""

from ._courier import SmtpCourier, entry_no_of
from ._server import Security, Server
from ._texts import to_text

__all__ = ["Security", "Server", "SmtpCourier", "entry_no_of", "to_text"]
