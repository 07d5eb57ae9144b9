"""``python -m consumers.audit``: the service; with ``verify``, a check of what it has recorded."""

import sys

from consumers.audit import command
from consumers.audit.main import main

if sys.argv[1:]:
    sys.exit(command.run(sys.argv[1:]))
main()
