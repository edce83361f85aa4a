"""Speed and size of the product, measured beside plain llama-index and Chroma in the same run."""
