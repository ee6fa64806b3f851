"""PDF: text page by page, bookmarks as headings, pages as pictures, and recognition of scans."""
