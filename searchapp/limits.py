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

LISTED = 200
"""Documents in one list."""

TURNS = 50
"""Turns of a conversation that may be sent along; the latest few are read."""

ANSWER_CHARACTERS = 40_000
"""Characters of an earlier answer among them."""

MESSAGES = 2000
"""Messages of a chat that a client sends whole; the latest turns are read."""

MESSAGE_CHARACTERS = 200_000
"""Of one of them that is no question."""

FILTERS = 100
"""Filters at once."""

FILTER_CHARACTERS = 8191
"""Room for the longest source that a store compares."""

ADDRESS_CHARACTERS = 8191
"""A web address that may be added: the longest source."""

LOCAL_ADDRESS_CHARACTERS = 2000
"""A page of ours to come back to after a login: it has to fit into a cookie."""

ADDED_CHARACTERS = 150_000
"""Of a text that an agent adds: with each character escaped in JSON it still fits into a body."""

SITE_DEPTH = 20
"""Links deep that a site is read."""

CURSOR_CHARACTERS = 50_000
"""Where a page of documents begins: room for the longest source, 8,191 characters of four bytes."""

NAME_CHARACTERS = 200
"""The id of a document, chunk or operation, or the name of a model."""

GROUPS = 100
"""Groups that one user, key, collection or schedule is bounded to."""

PHRASE_WORDS = 100
"""Words of a phrase that must occur, or must not: a store compares it with each chunk."""

PATH_NUMBER = 10**9 - 1
"""A page in an address."""

OFFSET = 1_000_000
"""Chunks of one document to pass over."""

BODY_BYTES = 1024 * 1024
"""Of every request that uploads no file."""

IDEMPOTENCY_KEY_CHARACTERS = 255
"""Of the header, with its quotation marks."""

HEADER_BYTES = 256 * 1024
"""Of a request's address and headers together."""

SNAPSHOTS_KEPT = 1000
"""Days, weeks or months of which a schedule keeps a snapshot."""

PLAN_BYTES = 8 * 1024 * 1024
"""Of a saved plan of the cluster."""

LINE_CHARACTERS = 500
"""Of one numbered line; a longer line of a document is several."""

LINES = 1000
"""Lines of one document in one call."""

LINES_CHARACTERS = 60_000
"""Of these lines together: as much as a model reads at once."""

PATTERN_CHARACTERS = 200
"""Of a regular expression."""

CONTEXT_LINES = 10
"""Lines above a line that was found, and below it."""

FOUND_LINES = 500
"""Lines that were found, in one call."""

FOUND_CHARACTERS = 200_000
"""Of these together with their neighbours."""

GREP_DOCUMENTS = 200
"""Documents that one call reads, line by line."""

GREP_CHUNKS = 20_000
"""Chunks of these documents together: some 30 MB of text."""

GREP_SECONDS = 5.0
"""After which one call reads no further document."""

CHECKED_SENTENCES = 20
"""Sentences that are checked in one call."""

CHECKED_AGAINST = 20
"""Chunks that they are checked against."""
