"""Speech by models that `shop.toml` names: sound to words and words to sound. Knows no page and no shop."""
