"""A language model that may only say what the documents say: evidence, prompt, stream, verdict on each sentence."""
