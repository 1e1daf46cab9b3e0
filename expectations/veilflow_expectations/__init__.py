"""Great Expectations for privacy."""
