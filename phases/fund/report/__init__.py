"""The tables of a result, as text, Markdown and workbook."""
