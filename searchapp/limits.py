"""The most that a caller may ask for at once, at every door alike: HTTP, MCP and the query itself."""

QUERY_CHARACTERS = 4000
"""Longer than any question; Elasticsearch would refuse a query of many thousand words with a worse message."""

HITS = 100
"""Hits on one page."""

WINDOW = 1000
"""Farthest hit that can be paged to."""

ANSWERED_FROM = 50
"""Chunks to answer one question from."""

READ_AT_ONCE = 200
"""Chunks of one document in one call."""

TURNS = 50
"""Turns of a conversation that may be sent along; the latest few are read."""

ANSWER_CHARACTERS = 40_000
"""Characters of an earlier answer among them."""

FILTERS = 100
"""Filters at once."""

FILTER_CHARACTERS = 8191
"""Room for the longest source that a store compares."""

ADDRESS_CHARACTERS = 8191
"""A web address that may be added: the longest source."""

LOCAL_ADDRESS_CHARACTERS = 2000
"""A page of ours to come back to after a login: it has to fit into a cookie."""

NAME_CHARACTERS = 200
"""The id of a document, chunk or operation, or the name of a model."""

PHRASE_WORDS = 100
"""Words of a phrase that must occur, or must not: a store compares it with each chunk."""

PATH_NUMBER = 10**9 - 1
"""A page in an address."""

OFFSET = 1_000_000
"""Chunks of one document to pass over."""

BODY_BYTES = 1024 * 1024
"""Of every request that uploads no file."""

HEADER_BYTES = 256 * 1024
"""Of a request's address and headers together."""
