"""What a report is, and how its pages are laid out: date, type, names, running text, chunks."""
