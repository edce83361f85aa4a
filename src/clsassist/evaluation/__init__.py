"""The proof: questions with known answers, scores to keep, a peer to compare with, public collections."""
