"""``python -m reminder_actor``"""

from reminder_actor.main import main

main()
