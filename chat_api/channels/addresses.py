"""What an address of a mailbox looks like. Pure."""

import re
from typing import Final

# HTML's definition of a valid e-mail address: no quotes, spaces, or separators of a list of addresses.
_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
MAIL_ADDRESS: Final = rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*$"
MAX_LENGTH: Final = 254


def is_mail_address(text: str) -> bool:
    """Whether mails can go there as far as its form says."""
    return len(text) <= MAX_LENGTH and re.fullmatch(MAIL_ADDRESS, text) is not None
