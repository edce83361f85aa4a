"""The proof: questions with known answers, the scores to keep, a peer to compare with, retrieval on public collections."""
