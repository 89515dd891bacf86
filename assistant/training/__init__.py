"""Authored phrasings, the data sets built from them, fine-tuning and evaluation. Never imported while answering."""
