"""``python -m chat_api``"""

from chat_api.main import main

main()
