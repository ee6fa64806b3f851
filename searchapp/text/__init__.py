"""Small knowledge about written language that several rooms share: sentence ends and words, English and CJK alike."""
