"""Small knowledge about written language that packages share: sentence ends, words, languages, English and CJK."""
