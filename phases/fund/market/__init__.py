"""What a report says of its market."""
