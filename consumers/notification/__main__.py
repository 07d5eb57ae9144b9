"""``python -m consumers.notification``"""

from consumers.notification.main import main

main()
