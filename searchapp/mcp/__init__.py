"""The tools and resources for clients of the Model Context Protocol, over stdin and stdout and over HTTP (``/mcp``).

Needs the extra ``mcp``; nothing here is imported before a client is there to be served.
"""
