"""The web page: a thin front over the assistant. Gradio is imported here and nowhere else."""
