"""What ties, how sure a field is, and what goes to a person."""
