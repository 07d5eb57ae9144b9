"""``python -m chat_api.frontend``"""

from chat_api.frontend.main import main

main()
