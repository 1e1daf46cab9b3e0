"""Free text: find what identifies people, and replace it."""
