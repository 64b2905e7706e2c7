"""The page: a chat with its evidence beside it."""
