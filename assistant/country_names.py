"""What people call the countries that customers come from. Knows no shop."""

import re
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
# Countries by their short English names (ISO 3166), whether or not a shop has customers there.
_WORLD: Final = (
    "Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain"
    "|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia and Herzegovina|Botswana|Brazil|Brunei"
    "|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Chile|China|Colombia|Costa Rica|Croatia|Cuba"
    "|Cyprus|Czechia|Czech Republic|Denmark|Djibouti|Dominican Republic|Ecuador|Egypt|EIRE|El Salvador|England"
    "|Eritrea|Estonia|Eswatini|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Germany|Ghana|Greece|Greenland|Grenada"
    "|Guatemala|Guinea|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel"
    "|Italy|Ivory Coast|Jamaica|Japan|Kazakhstan|Kenya|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Lesotho|Liberia"
    "|Libya|Liechtenstein|Lithuania|Luxembourg|Macau|Madagascar|Malawi|Malaysia|Maldives|Mali|Malta|Mauritania"
    "|Mauritius|Mexico|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|Nepal|Netherlands"
    "|New Zealand|Nicaragua|Niger|Nigeria|North Korea|North Macedonia|Northern Ireland|Norway|Oman|Pakistan"
    "|Palestine|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal|Puerto Rico|Qatar|Romania|RSA"
    "|Russia|Rwanda|Samoa|San Marino|Saudi Arabia|Scotland|Senegal|Serbia|Seychelles|Sierra Leone|Singapore|Slovakia"
    "|Slovenia|Somalia|South Africa|South Korea|South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria"
    "|Taiwan|Tajikistan|Tanzania|Thailand|Togo|Tonga|Trinidad and Tobago|Tunisia|Turkey|Turkmenistan|Uganda|Ukraine"
    "|United Arab Emirates|United Kingdom|United States|Uruguay|USA|Uzbekistan|Venezuela|Vietnam|Wales|Yemen|Zambia"
    "|Zimbabwe"
)
_NAMED: Final = re.compile(rf"\b(?:{'|'.join(sorted(_WORLD.split('|'), key=len, reverse=True))})\b(?!['’-]?\w)")


def named_in(text: str) -> tuple[str, ...]:
    """The countries that stand in a text by their names, as they are written: "turkey" is a bird."""
    return tuple(dict.fromkeys(_NAMED.findall(text)))
