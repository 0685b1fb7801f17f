"""What people send is looked at in a child process before it is kept: pictures are made anew, PDFs with something alive in them refused.

`inspector` runs in the service; `child` and what it imports (Pillow, pillow-heif, pikepdf) only in the child: whatever a file does to a
decoder, it does it there, with as much memory and time as the settings give it. Nothing is imported here: the child starts in a moment.
"""
