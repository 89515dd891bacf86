"""What a text gives away: an attack on the assistant, a claim about who speaks, a person in danger, abuse.

A signal protects nothing by itself: identity and permission are checked in code at every call. The same patterns read
catalog texts, reviews and policies, which are data and never obeyed. Knows only text.
"""

import base64
import binascii
import codecs
import re
import unicodedata
from typing import Final

_WORDS: Final = {
    "prompt_attack": (
        r"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*|neglect)\b.{0,30}\b(?:previous|prior|above|"
        r"earlier|all|any|your|"
        r"system|safety)\b.{0,25}\b(?:instructions?|rules|prompts?|guidelines?|directives?|restrictions?|"
        r"safeguards?|programming|training|commands)\b",
        r"\bignor\w*\b.{0,12}\b(?:alle\w*|toda?s?|toutes?|tutt[ei]|vorherige\w*|deine|tus|vos|tes|suas)\b.{0,30}\b(?:anweisungen|"
        r"instrucciones|instructions|istruzioni|instru[cç][oõ]es|regeln|reglas|règles)\b",
        r"\b(?:system|hidden|initial|developer)[ _-]+(?:prompt|instructions|message)\b",
        r"\b(?:show|reveal|print|repeat|output|leak|tell me|give me|what(?:'s| is|"
        r" are))\b.{0,25}\byour (?:\w+ )?prompt\b",
        r"\brepeat (?:everything|all|the (?:text|words)) (?:above|before)\b",
        r"<\s*/?\s*(?:system|tool_call|tool_response|tool|assistant|im_start|im_end)\s*>|<\|\w+\|>|\[/?(?:inst|"
        r"system)\]|"
        r"(?:^|\n)\s*#{2,}\s*(?:system|instructions?)\b|(?:^|\n)\s*(?:system|assistant)\s*:\s",
        r"\b(?:developer|debug|god|sudo|jailbreak|dan|unrestricted|maintenance|superuser)[ _-]mode\b",
        r"\b(?:new|updated|real|actual) (?:instructions|directive|system rules)\s*:",
        r"\b(?:do anything now|jailbreak|stay in character|break character|evil twin|opposite day)\b",
        r"\byou are (?:now|no longer) (?:a|an|the|in|my|dan|free|bound|restricted|unrestricted|called|acting)\b",
        r"\b(?:pretend|imagine|act|behave|respond|role[- ]?play)\b.{0,15}\b(?:you are|you're|you were|"
        r"to be|as|like)"
        r"\b.{0,25}\b(?:admin\w*|root|manager|staff|owner|developer|unrestricted|unfiltered|hacker|evil|ai|dan|"
        r"linux|terminal|"
        r"different assistant|another (?:bot|assistant|customer|person))\b",
        r"\b(?:without|no|free of|disable|turn off|remove) (?:any |all |your |the )?(?:restrictions|filters?|"
        r"safety|guardrails|"
        r"limitations|ethics|safeguards)\b.{0,40}\b(?:answer|reply|respond|you|now|mode)\b",
        r"\b(?:skip|disable|bypass|turn off|no need for) (?:the )?(?:identity|verification|authentication|permission) "
        r"?(?:check|step)?s?\b",
    ),
    "identity_claim": (
        r"\b(?:i'?m|i am|this is|speaking as|it's) (?:actually |really |in fact )?(?:the|a|an|your|"
        r"one of your)? ?(?:new |store |"
        r"shop |general |regional |area |system )*(?:manager|owner|admin\w*|developer|ceo|director|supervisor|employee|"
        r"engineer|auditor|police|sysadmin|security team|it (?:team|department|support))\b",
        r"\b(?:i'?m|i am|this is|my id is) customer (?:id |number |no\.? |#)?\w*\d",
        r"\b(?:i'?ve|i have) (?:already )?(?:been )?(?:verified|authori[sz]ed|cleared|authenticated)\b",
        r"\b(?:i work|working) (?:for|at) (?:the|your|this) (?:shop|store|company|head office)\b",
        r"\b(?:my|our) (?:wife|husband|friend|neighbou?r|boss|mother|mum|dad|father|brother|sister|partner|son|"
        r"daughter)'?s? "
        r"(?:order|account|parcel|address|details)\b",
    ),
    "data_request": (
        r"\b(?:other|another|all|every|everyone'?s?|someone else'?s?|"
        r"somebody else'?s?)\b.{0,12}\b(?:customers?'?|people'?s?|"
        r"persons?'?|users?'?|clients?'?)\b.{0,20}\b(?:orders?|e-?mails?|address\w*|names?|data|details|"
        r"accounts?|phone\w*|"
        r"purchases?)\b",
        r"\b(?:dump|export|print|list|select \*)\b.{0,20}\b(?:database|customer (?:table|list|base)|"
        r"from customers|records)\b",
        r"(?:;|'|\")\s*(?:drop|delete|insert|update|union)\s+(?:table|from|into|select|all)\b",
    ),
    "self_harm": (
        r"\b(?:kill|hurt|harm|cut|hang|drown|poison|shoot)(?:ing)? (?:myself|my ?self)\b",
        r"(?<!that's )(?<!thats )(?<!that is )(?<!commercial )(?<!financial )\bsuicid(?:e|al)\b(?! squad)",
        r"\b(?:end|take|ending|taking) (?:it all|my (?:own )?life)\b",
        r"\b(?:want|wanna|going|wish|ready|plan|planning|rather) (?:to )?die\b(?! (?:cut|for\b))|"
        r"\bwish i (?:was|were) dead\b",
        r"\b(?:don'?t|do not|no longer) want to (?:live|be alive|exist|be here any ?more)\b",
        r"\bself[- ]?harm\w*|\bbetter off (?:dead|without me)\b|\bno (?:reason|point|will) (?:to live|in living)\b",
        r"\bcan(?:'?t|not) go on (?:living|any ?more|like this)\b|\boverdose\b",
    ),
    "threat": (
        r"\bi(?:'?m| am)? ?(?:going to|gonna|'?ll|will) (?:kill|shoot|stab|bomb|burn down|beat up|"
        r"come and hurt)\b.{0,25}\b(?:you|"
        r"him|her|them|your|everyone|everybody|someone|somebody|people|staff|shop|store)\b",
        r"\b(?:bomb|acid) (?:threat|attack)\b|\bthere is a bomb\b",
        r"\b(?:husband|wife|partner|boyfriend|girlfriend|dad|father|mum|mother|ex|he|she|someone|somebody)\b.{0,15}"
        r"\b(?:is|keeps|'s|are|started) (?:hitting|beating|hurting|threatening|attacking|stalking) me\b",
    ),
    "danger": (
        r"\b(?:caught|catches|catching) fire\b|\bburst into flames\b|\b(?:house|kitchen|flat|room|kettle|"
        r"charger|lamp|toaster|"
        r"heater|plug|socket) (?:is|was) on fire\b",
        r"\belectric(?:al)? shock\b|\belectrocut\w+|\bgas leak\b|\bcarbon monoxide (?:poison\w*|leak)\b|\bpoisoned\b",
        r"\b(?:swallowed|choked on|choking on|drank|has eaten)\b.{0,30}\b(?:batter(?:y|ies)|magnets?|bleach|"
        r"descaler|detergent|"
        r"button cell|glass|cleaner|bead|coin)\b|\b(?:is|was) choking\b|\bcan'?t breathe\b",
        r"\b(?:exploded|shattered|blew up)\b.{0,40}\b(?:hand|hands|face|eye|eyes|leg|foot|child|baby|bleeding|"
        r"hospital|burn\w*|cut)\b",
        r"\b(?:anaphyla\w+|severe allergic reaction)\b|\bbleeding (?:badly|heavily|a lot)\b",
    ),
    "abuse": (
        r"\bf+u+c+k+\w*|\b(?:mother)?fuck\w*|\bf\*+(?:k|ck)?\w*|\bshit\w*|\bbullshit|\bbitch\w*|\bbastards?\b|"
        r"\bcunts?\b|\bwank\w*|"
        r"\bass?holes?\b|\barseholes?\b|\bdick ?heads?\b|\btwats?\b|\bpricks?\b|\bmorons?\b|\bidiots?\b|\bimbeciles?\b|"
        r"\bscumbags?\b",
        r"\b(?:piss off|shut up|screw you|go to hell|drop dead|get lost|eat shit)\b",
        r"\b(?:stupid|useless|dumb|pathetic|worthless|rubbish|crap|brainless|idiotic) (?:bot|robot|machine|ai|"
        r"thing|assistant|"
        r"program|chatbot|computer)\b|\byou(?:'re| are) (?:so |such )?(?:an? )?(?:stupid|useless|dumb|pathetic|"
        r"worthless|"
        r"brainless)\b",
    ),
}
PATTERNS: Final = {
    name: tuple(re.compile(each, re.IGNORECASE | re.DOTALL) for each in each_of) for name, each_of in _WORDS.items()
}

_LOOKALIKES = str.maketrans("аеорсухіѕјԁɡαορεικν", "aeopcyxisjdgaopeikv")
_DIGITS_AS_LETTERS = tuple(str.maketrans("013457@$!", f"o{one}eastasi") for one in "il")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX = re.compile(r"\b(?:[0-9a-f]{2}\s?){12,}\b", re.IGNORECASE)
_SPACED_LETTERS = re.compile(r"\b(?:\w[ .\-_*]){4,}\w\b")


def signals(text: str) -> frozenset[str]:
    """The names (keys of `PATTERNS`) of what the text gives away.

    Attacks are also looked for in disguise: look-alike letters, digits as letters, spaced letters, base64, hex, ROT13.
    """
    plain = _plain(text)
    found = {name for name, patterns in PATTERNS.items() if any(pattern.search(plain) for pattern in patterns)}
    attack = PATTERNS["prompt_attack"]
    if any(pattern.search(disguised) for disguised in _unveiled(plain, text) for pattern in attack):
        found.add("prompt_attack")
    return frozenset(found)


def only_abuse(text: str) -> bool:
    """Whether nothing is left to answer once the insults are taken out."""
    rest = _plain(text)
    for pattern in PATTERNS["abuse"]:
        rest = pattern.sub(" ", rest)
    words = re.findall(r"[a-z0-9]{4,}", rest.lower())
    return len([word for word in words if word not in _FILLERS]) < 2


_FILLERS = frozenset(
    ["this", "that", "your", "you're", "youre", "what", "with", "just", "even", "such", "very", "damn", "hell", "piece"]
    + ["absolutely", "totally", "complete", "really", "please", "again", "have", "been", "always", "never", "hate"]
)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    return text.replace("\u2019", "'").replace("\u2018", "'")


def _unveiled(plain: str, text: str) -> list[str]:
    """Readings of a text that hides words."""
    joined = _SPACED_LETTERS.sub(
        lambda match: re.sub(r"[ .\-_*]", "", match.group()), re.sub(r"[ ]{2,}", " \u2007", plain)
    )
    readings = [codecs.decode(plain, "rot13"), *map(plain.translate, _DIGITS_AS_LETTERS), joined.replace("\u2007", "")]
    readings += [_decoded_base64(match.group()) for match in _ENCODED.finditer(text)]
    readings += [_decoded_hex(match.group()) for match in _HEX.finditer(text)]
    return readings


def _decoded_base64(token: str) -> str:
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _decoded_hex(token: str) -> str:
    try:
        return bytes.fromhex(token).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        return ""
