"""``python -m consumers.recurring``"""

from consumers.recurring.main import main

main()
