"""The conversation: settings, models, prompts, the agent, citations, the command line and the page."""
