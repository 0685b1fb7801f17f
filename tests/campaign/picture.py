"""`python -m tests.campaign.picture FILE FOLDER`: pictures of a campaign that was kept, drawn as the desk's, and the page about it."""
