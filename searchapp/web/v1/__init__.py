"""``/v1``: the documents as models of OpenAI's chat completions, for any client of that protocol.

The protocol: https://platform.openai.com/docs/api-reference/chat. What it has no place for, the checked answer itself,
stands in ``searchapp`` of a completion.
"""
