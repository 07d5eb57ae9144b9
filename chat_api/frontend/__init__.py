"""The page by itself: its files from here, everything else handed on to chat_api. On Kubernetes the two roll apart."""
