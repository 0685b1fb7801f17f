"""Behaves like the Graph API of Meta for what an office publishes: an Instagram account and a Facebook page, and the people under them.

Sources: developers.facebook.com/docs/instagram-platform/content-publishing and its references, /docs/pages-api/posts,
/docs/graph-api/reference/page/photos, /docs/instagram-platform/webhooks/examples. What Meta does not document is said where it is decided.
"""
