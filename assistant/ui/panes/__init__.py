"""What stands in each tab of the page."""
