"""``python -m ops``"""

from ops.app import main

main()
