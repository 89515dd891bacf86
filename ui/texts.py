"""Every text of the page, in one file so that it can be translated; `texts_zh` holds them in Chinese. Knows no page.

`texts.SEND` is the text in the language of whoever asks; what is missing in a translation stays English.
"""

import sys
from types import ModuleType
from typing import Any

from ui.languages import current

TITLE = "{shop} assistant"
SUBTITLE = "Figures as of {day}. Answers come from the shop's own data."

MESSAGE_LABEL = "Your message"
MESSAGE_HINT = "Ask about products, policies or your orders"
SEND = "Send"
NEW_CONVERSATION = "New conversation"
CHAT_LABEL = "Conversation"
WELCOME = "Hello! What are you looking for?"
WELCOME_MORE = "I find and compare products, explain our policies, and help with your orders."
CUSTOMER_EXAMPLES = (
    "What do you recommend?",
    "Show me something for under 20",
    "How do I return something?",
    "How long does delivery take?",
)

SIGN_IN = "Try it as a customer"
SIGN_IN_WHY = "In a real shop the login says who it is. Here you may try the assistant as one of its customers."
CUSTOMER_ID = "Customer number"
SIGN_IN_BUTTON = "Try it"
SIGN_IN_EMPTY = "Please type a customer number, such as the one on an order."
SIGN_IN_REMOTE = "Signing in by number is for trying out on the shop's own machine only."

HAND_OFF = "I'd like to talk to a person"
HAND_OFF_BUTTON = "Talk to a person"
PICTURE = "Search by picture"
PICTURE_SENT = "What looks like my picture {name}?"
PICTURE_ALT = "The picture that you sent"
PICTURE_LOST = "The picture did not arrive. Please send it again."
PICTURE_TOO_LARGE = "That picture is too large. Please send one of at most 10 MB."
SPEAK_IN = "Speak instead of typing"
SPEAK_STOP = "Stop listening"
SPEAK_WAIT = "Working out what you said"
SPEAK_AWAY = "I could not work out what you said just now. Please type your message."
SPEAK_OUT_AWAY = "I cannot read this aloud just now."
SPEAK_FAILED = "I did not hear anything. Please allow the microphone, or type your message."
SPEAK_OUT = "Read aloud"
RATE = "Was this helpful?"
RATE_UP = "This was helpful"
RATE_DOWN = "This was not helpful"
RATED = "Thank you, that is noted."
RATE_WHY = "What should be better?"
PAGE_NAV = "This page"
SIGNED_IN_AS = "Signed in as {name}"
LOADING = "One moment, the page is opening."
OFFLINE = "There is no connection just now. What was said is kept; the page goes on by itself."
DISCLOSURE = "This is an automatic assistant. What is said here is kept for the shop."
ORDER = "Order {order}"
ORDER_ITEMS = "{count} items"
ORDER_ITEM = "1 item"
ORDER_MORE = "What is in it?"
ORDER_MORE_LABEL = "What is in order {order}?"
ORDER_RETURN = "Return something"
ORDER_RETURN_LABEL = "Return something of order {order}"
PROPOSAL = "This waits for your yes"
PAGE_DESK = "Manager desk"
PAGE_CHAT = "Customer page"
TRY_OUT = "Trying it as customer {customer}."
TRY_OUT_LEAVE = "Leave"

CART = "Your cart"
CART_OPEN = "Open the cart"
CART_CLOSE = "Close the cart"
CART_ONE_LESS = "One {title} less"
CART_ONE_MORE = "One {title} more"
TOTAL = "Total"
CART_EMPTY = "Your cart is empty."
REMOVE = "Remove {title}"
ADD = "Add to cart"
ADD_LABEL = "Add {title} to cart"
MORE_LIKE = "More like this"
MORE_LIKE_LABEL = "More like {title}"
MORE_LIKE_QUESTION = "Show me something similar to {title}"
IN_STOCK = "In stock"
OUT_OF_STOCK = "Out of stock"
NO_PRICE = "Price on request"
PRODUCTS_MORE = "First {shown} of {total} products"

YES = "Yes, go ahead"
NO = "No, leave it"
ANSWERED_ALREADY = "This has been answered already; nothing was done a second time."
CONFIRM_LABEL = "Confirm"
SUGGESTIONS_LABEL = "Suggested questions"

YOU = "You"
ASSISTANT = "Assistant"
THINKING = "Thinking"
PLACE_IN_LINE = "Many people are asking just now: you are number {place} in line"
CROWDED = "Very many people are asking just now. Please try again in a few seconds."
KEY_REUSED = "Expected a key of its own for each message; another message was sent with this one."
BUSY = "One moment, please: your last message is still being answered."
BROKEN = "Something went wrong in the program, and the details are in its log. Please try again."
EXPIRED = "This conversation was too long ago to go on. Please start a new one."
HANDED_OFF = "Passed on to a person of the shop"
UNGROUNDED = "Not confirmed by the shop's data: {what}"

QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask about sales, stock, customers, prices or reviews"
ASK = "Ask"
DESK_EMPTY = "Ask a question in your own words, or begin with one of these."
DESK_EXAMPLES = (
    "How much did we sell last month?",
    "Top 10 products last month",
    "Plan today's deliveries",
    "What do reviews complain about?",
)
EARLIER = "Earlier in this conversation"
DOWNLOAD = "Download as CSV"
TABLE_LABEL = "Table: {what}"
CHART_LABEL = "Chart: {what}"
ROWS = "{count} rows"
ONE_ROW = "1 row"
FIRST_ROWS = "First {shown} of {total} rows"

COMPUTED = "How was this computed?"
METHOD = "Method"
SCORE = "Backtest"
FIGURES = "Figures"
NOTES = "Please note"
CALLS = "{count} tool calls"
ONE_CALL = "1 tool call"
NO_CALLS = "No tool was needed"
NO_ARGUMENTS = "no arguments"
SECONDS = "{seconds} s"
TIMING = "{model} · {total} s, first words after {first} s · {prompt} + {completion} tokens"
NO_MODEL = "no language model needed"
STATUS = {
    "ok": "done",
    "needs_confirmation": "waits for your yes",
    "refused": "refused",
    "error": "could not be done",
}

DESK_TODAY = "Today"
DESK_WAITING = "Waiting"
DESK_WAITING_COUNT = "Waiting ({count})"
DESK_IMPORT = "Import"
DESK_CONTROL = "Control"
MORE_EXAMPLES = "More that you can ask"
DESK_MORE_EXAMPLES = (
    ("Sales", ("Revenue by store this year", "How much did we take yesterday?", "What is rising and what is falling?")),
    ("Stock", ("What should we reorder?", "Which stock should be moved between the stores?")),
    ("Customers", ("Show our customer groups", "Plan a win-back offer", "Which 10 customers are we about to lose?")),
    ("Prices", ("How do our prices compare with the competitors'?", "Which offer would pay best?")),
    ("Ahead", ("What will we sell in the next four weeks?", "How good is the forecast model?")),
)
ASSUMPTIONS = "Assumptions"
CALL = "Tool call"

BRIEFING = "This morning"
BRIEFING_WAIT = "Looking at the shop ..."
BRIEFING_TOPICS = {
    "sales": "Sales last week",
    "trends": "Last four weeks",
    "coming": "Next four weeks",
    "stock": "Running out",
    "leaving": "About to leave",
    "prices": "What to price",
}
BRIEFING_NOT_HERE = "Not for this shop yet"
SHOW = "Show"
SHOW_LABEL = "Show: {question}"
MORE = "more"
DEARER = "dearer"
CHEAPER = "cheaper"
LESS = "less"
SALES_AGAINST = "{change} {direction} than the week before ({before})"
SALES_ALONE = "revenue, cancellations and returns deducted"
TRENDS_AGAINST = "{direction} revenue than in the four weeks before. {movers}"
TRENDS_MOVERS = "Rising products: {rising}, falling: {falling}"
TRENDS_STEADY = "No product changed more than chance explains"
COMING_RANGE = "revenue expected; likely between {low} and {high}"
STOCK_OUT = "of {checked} stock levels, {out} of them out of stock. Most urgent: {first}"
LEAVING_WORTH = "at stake with the {count} most valuable regulars who have gone quiet. First: {first}"
PRICES_DEARER = "of {compared} compared products cost more here than at the cheapest competitor; typically {typical}"
BRIEFING_WAITING = "Customers waiting"
BRIEFING_WAITING_ONE = "customer waits for an answer from a person"
BRIEFING_WAITING_MANY = "customers wait for an answer from a person"

PIN = "Pin to my board"
PINNED = "Pinned to your board."
UNPIN = "Take off"
UNPIN_LABEL = "Take off the board: {question}"
NO_PIN = "This answer has nothing that can be pinned."
BOARD = "My board"
BOARD_EMPTY = "Pin an answer, and it stands here each time you open the desk, computed anew from the latest data."
BOARD_AS_OF = "As of {day}"
BOARD_PINNED = "pinned on {day}"

QUEUE_TITLE = "Customers who wait for a person"
QUEUE_EMPTY = "Nobody is waiting. A conversation that the assistant hands over to the staff stands here."
QUEUE_CUSTOMER = "Customer {customer}"
QUEUE_UNKNOWN = "Somebody who is not identified"
QUEUE_STAFF = "A colleague"
QUEUE_SINCE = "waiting since {time}"
QUEUE_SAID = "What was said"
QUEUE_SETTLE = "Settled"
QUEUE_SETTLE_LABEL = "Settled: {who}"
QUEUE_SETTLED = "Taken off the list of who waits."
QUEUE_PROFILE = "Who is it?"
QUEUE_PROFILE_QUESTION = "Tell me about customer {customer}"
QUEUE_DONE = "Settled before ({count})"
QUEUE_DONE_LINE = "{who}: {reason} (settled {time} by {by})"
CHANGES_TITLE = "Changes that customers have confirmed"
CHANGES_EMPTY = "No change waits to be carried out."
CHANGES_SENT = "These are sent to {url} by themselves, again and again until it takes them."
CHANGES_BY_HAND = "Carry them out in the shop's own system, then tick them off here."
CHANGES_COLUMNS = ("asked", "change", "order", "customer", "details")
CHANGES_DONE = "Carried out"
CHANGES_DONE_LABEL = "Carried out: {what}"
CHANGES_TICKED = "Ticked off."
GONE_ALREADY = "That was dealt with already."
TIME = "{day}, {time} UTC"

IMPORT_TITLE = "Import a file into the shop"
IMPORT_HOW = (
    "Choose a file of your till or shop system: Excel, CSV or parquet. You see what it would bring before anything "
    "changes, and every row that is left out is listed with its reason."
)
UPLOAD = "Choose a file"
UPLOAD_SENDING = "Sending the file"
UPLOAD_BROKEN = "The file did not arrive whole. Please choose it again."
UPLOAD_TOO_LARGE = "The file is larger than {most}. Split it, or use `retail-assistant ingest` on the shop's machine."
UPLOAD_NO_SPACE = "The shop's machine has no room for the file. Free some space, then choose it again."
UPLOAD_GONE = "The file is no longer here. Please choose it again."
PREVIEW = "{name}: {rows} rows, {columns} columns. The first rows:"
PREVIEW_MALFORMED = "Lines that have not as many columns as the header, and would be left out: {count}"
WHAT_IS_IT = "What is in the file?"
TABLES = {
    "sales": "Sales: a row for each line of a receipt or order",
    "products": "Products",
    "customers": "Customers",
    "stores": "Stores",
    "inventory": "Stock levels",
    "suppliers": "Suppliers",
    "promotions": "Promotions",
    "reviews": "Reviews",
    "competitor_prices": "Competitors' prices",
    "price_changes": "Price changes",
    "stock_counts": "Earlier stock counts",
    "stock_outs": "Times without stock",
    "postcodes": "Where postcodes lie",
    "delivery_windows": "Delivery time windows",
}
FIELDS = {
    "order_id": "Order or receipt number",
    "product_id": "Product code",
    "quantity": "Quantity",
    "unit_price": "Price paid for one",
    "line_total": "Price paid for the line",
    "sold_at": "Date",
    "time of day": "Time, where it has its own column",
    "title": "Product name",
    "category": "Category",
    "customer_id": "Customer number",
    "store_id": "Store",
    "country": "Country",
    "on_hand": "In stock",
    "cost": "Cost price",
    "price": "Price",
}
NEEDED = "{field} (needed)"
NO_COLUMN = "not in this file"
MORE_FIELDS = "Further columns"
DATE_FORMAT = "How dates are written (left empty: found out)"
DATE_FORMAT_HINT = "%d/%m/%Y"
DECIMAL = "Decimals are written with a"
POINT = "point: 1.50"
COMMA = "comma: 1,50"
TRY = "Try it: what would be imported?"
TRIED = "Of {read} rows, {kept} would be imported and {rejected} left out. Nothing has been changed yet."
IMPORTED = "Imported: of {read} rows, {kept} were kept and {rejected} left out."
RULES = "Why rows are left out"
RULE_COLUMNS = ("reason", "rows")
REJECTED = "Rows left out"
REJECTED_COLUMNS = ("row", "reason", "the row")
HELD = "What the shop holds now"
HELD_TRIED = "What the shop would hold then"
HELD_COLUMNS = ("what", "rows")
SAVE_MAP = "Save this mapping (map.toml)"
IMPORT = "Import the file"
IMPORT_ROWS = "Import {count} rows"
IMPORTING = "Importing {name}"
FIT = "Fit the models to the new history"
FIT_WHY = (
    "Sales figures follow at once. Forecasts, churn, prices and search follow when the models have been fitted anew."
)
FITTING = "Fitting the models"
FITTED = "The models have been fitted to the new history."

MODELS_TITLE = "How good the models are"
MODELS_NONE = "No model has been judged yet."
MODEL_SCORE = "{measure} {score}"
AUDIT_TITLE = "Audit trail"
AUDIT_WHY = "Every call that was made, granted or refused, newest first. It can only be added to."
AUDIT_WHICH = "Which lines"
AUDIT_ALL = "All"
AUDIT_DENIED = "Refused only"
AUDIT_CUSTOMER = "Of one customer (number)"
AUDIT_NONE = "There is no such line."
AUDIT_COLUMNS = ("time (UTC)", "role", "customer", "conversation", "call", "arguments", "status")
AUDIT_SHOW = "Show lines"

LOCKED = "The manager desk holds the shop's figures. Please sign in as a manager."
SIGN_IN_LINK = "Sign in"
SIGN_IN_TITLE = "Sign in"
SIGN_IN_NAME = "Name or e-mail address"
SIGN_IN_PASSWORD = "Password"
SIGN_IN_ENTER = "Sign in"
SIGN_IN_WRONG = "Name and password do not fit. Please try again."
SIGN_IN_BACK = "Back to the assistant"
SIGN_IN_DONE = "You are signed in as {name}."
SIGN_IN_AGAIN = "Your login has ended. Please sign in again."
SIGN_OUT = "Sign out"
TOO_MANY_TRIES = "Too many tries. Please wait {seconds} seconds."
CLOSED = (
    "The manager desk is closed here. This page can be reached from other machines, and no manager can sign in. "
    "Add one with `retail-assistant user add NAME --manager`, or set the environment variable {variable}, and start "
    "the page again."
)

STARTING = "Loading the models of {shop} ..."
NOT_READY = "The page opens, but a part is not ready: {failure}"
MANAGER_CLOSED = (
    "Expected a manager who can sign in because the page listens on {host}; there is none, so the manager desk stays "
    "closed. Add one with `retail-assistant user add NAME --manager`, or set {variable}, and start again; or serve on "
    "127.0.0.1."
)
PORT_TAKEN = "Expected port {port} of {host} to be free, but it cannot be used. Name another one: --port {other}."
SERVING = "{shop} is served at {url} (stop with Ctrl+C)."


class _Spoken(ModuleType):
    """This module, whose texts are those of the language that is spoken just now (see `languages`)."""

    def __getattribute__(self, name: str) -> Any:
        english = super().__getattribute__(name)
        if not name.isupper() or current() == "en":
            return english
        from ui import texts_zh

        return getattr(texts_zh, name, english)


sys.modules[__name__].__class__ = _Spoken
