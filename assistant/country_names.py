"""What people call the countries that customers come from. Knows no shop."""

from typing import Final

# How countries are called -> the names that a source may use for them.
COUNTRY_ALIASES: Final = {
    "United Kingdom": "uk u.k britain great britain england gb british the british",
    "USA": "us u.s u.s.a united states united states of america america american",
    "EIRE": "ireland republic of ireland irish",
    "Ireland": "eire republic of ireland irish",
    "Netherlands": "holland the netherlands dutch",
    "Germany": "german deutschland",
    "France": "french",
    "Spain": "spanish",
    "Italy": "italian",
    "Belgium": "belgian",
    "Switzerland": "swiss",
    "Portugal": "portuguese",
    "Australia": "australian oz",
    "Norway": "norwegian",
    "Sweden": "swedish",
    "Denmark": "danish",
    "Finland": "finnish",
    "Japan": "japanese",
    "Poland": "polish",
    "Austria": "austrian",
    "Greece": "greek",
    "Canada": "canadian",
    "RSA": "south africa south african",
    "United Arab Emirates": "uae emirates",
    "Czech Republic": "czechia czech",
    "Channel Islands": "jersey guernsey",
}
