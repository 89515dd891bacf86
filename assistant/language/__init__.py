"""The language models behind one seam, and the router that names the tool. Knows no shop data."""
