"""The command `retail-assistant`. Knows the commands and how their results are printed, nothing of how they are made.

Exit codes: 0 done, 1 failed, 2 wrong use; a message names what was expected, what came and the fix.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from analytics.errors import AnalyticsError
from assistant import __version__
from assistant.errors import AssistantError, WrongUse
from retrieval.errors import RetrievalError

DEFAULT_SHOP = "shop"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    _quiet()
    parser = _parser()
    given = parser.parse_args(arguments)
    if not hasattr(given, "run"):
        parser.print_help()
        return 2
    try:
        return _command(given.run)(given)
    except WrongUse as wrong:
        print(f"retail-assistant: {wrong}", file=sys.stderr)
        return 2
    except (AssistantError, AnalyticsError, RetrievalError) as failure:
        print(f"retail-assistant: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as failure:
        print(f"retail-assistant: {_readable(failure)}", file=sys.stderr)
        return 1


def _readable(failure: OSError) -> str:
    where = f" {failure.filename}" if failure.filename else ""
    said = failure.strerror or str(failure) or type(failure).__name__
    return f"Expected to read or write{where}, but the system refused: {said}. Mend that and run the command again."


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """The function of a command; its module is imported only now, so that help and errors come at once."""
    module, function = name.split(".")
    command: Callable[[argparse.Namespace], int] = getattr(
        importlib.import_module(f"assistant.commands.{module}"), function
    )
    return command


def _quiet() -> None:
    """Nothing phones home, no library talks over the answer, and a thread that waits leaves its core to others."""
    for name, value in {
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "ANONYMIZED_TELEMETRY": "False",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_VERBOSITY": "error",
        "OMP_WAIT_POLICY": "PASSIVE",  # beside other work, threads that spin made a prompt take five times as long
    }.items():
        os.environ.setdefault(name, value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retail-assistant", description="A retail assistant on a shop's own data.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    shop = argparse.ArgumentParser(add_help=False)
    shop.add_argument(
        "--shop", type=Path, metavar="DIR", default=Path(os.environ.get("RETAIL_ASSISTANT_SHOP", DEFAULT_SHOP)),
        help="the shop folder (default ./shop, or RETAIL_ASSISTANT_SHOP)",
    )  # fmt: skip
    _add_building(commands, shop)
    _add_asking(commands, shop)
    _add_training(commands, shop)
    return parser


def _add_building(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shop: argparse.ArgumentParser
) -> None:
    init = commands.add_parser("init", parents=[shop], help="make a shop: the demo shop")
    init.add_argument("--demo", action="store_true", required=True, help="the simulated demo shop")
    init.add_argument("--seed", type=int, default=7, help="of the simulation")
    init.set_defaults(run="building.init")
    ingest = commands.add_parser("ingest", parents=[shop], help="import a shop's history")
    ingest.add_argument("source", choices=["online-retail", "csv", "tau-retail"], help="what the file is")
    ingest.add_argument("path", type=Path, help="the file, or a folder of files")
    ingest.add_argument("--mapping", type=Path, help="for csv: map.toml, which column is what")
    ingest.add_argument("--date-format", help="for online-retail: e.g. %%d/%%m/%%Y %%H:%%M, where dates are ambiguous")
    ingest.add_argument("--name", help="the shop's name, for a new shop")
    ingest.add_argument("--currency", help="its currency (GBP, EUR, ...), for a new shop")
    ingest.set_defaults(run="building.ingest")
    fit = commands.add_parser("fit", parents=[shop], help="fit the models and index the catalog")
    fit.set_defaults(run="building.fit")
    status = commands.add_parser("status", parents=[shop], help="what the shop holds and how good its models are")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(run="building.status")
    cards = commands.add_parser("cards", parents=[shop], help="write the model cards of the shop's fitted models")
    cards.add_argument("--out", type=Path, metavar="FILE", help="where the page goes (default: standard output)")
    cards.set_defaults(run="carding.cards")
    offers = commands.add_parser(
        "offers", parents=[shop], help="announce the offers that an order or a silence calls for"
    )
    offers.add_argument("--order", metavar="ID", help="the order that has just arrived")
    offers.add_argument("--customer", metavar="ID", help="whose order it is")
    offers.add_argument("--product", metavar="ID", nargs="+", help="what it holds")
    offers.add_argument("--days", type=int, default=1, help="without an order: silences of so many days up to today")
    offers.set_defaults(run="offering.offers")
    forget = commands.add_parser("forget", parents=[shop], help="take a customer out of the shop folder, and prove it")
    forget.add_argument("customer", metavar="ID", help="customer id or e-mail address")
    forget.set_defaults(run="forgetting.forget")
    demo = commands.add_parser("demo", parents=[shop], help="build the demo shop if it is missing and open its page")
    _page_options(demo)
    demo.set_defaults(run="building.demo")


def _add_asking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shop: argparse.ArgumentParser) -> None:
    ask = commands.add_parser("ask", parents=[shop], help="ask one question, or a batch of them")
    ask.add_argument("question", nargs="?", help="the question")
    ask.add_argument("--as", dest="role", choices=["customer", "manager"], default="customer", help="who asks")
    ask.add_argument("--customer", metavar="ID", help="the customer who is signed in")
    ask.add_argument("--json", action="store_true", help="the whole ANSWER")
    ask.add_argument(
        "--batch", type=Path, metavar="FILE", help='JSON lines {"id", "role", "customer_id"?, "turns": [...]}'
    )
    ask.add_argument("--out", type=Path, metavar="FILE", help="where a batch's answers go (default: standard output)")
    ask.set_defaults(run="asking.ask")
    chat = commands.add_parser("chat", parents=[shop], help="talk in the terminal")
    chat.add_argument("--as", dest="role", choices=["customer", "manager"], default="customer", help="who talks")
    chat.add_argument("--customer", metavar="ID", help="the customer who is signed in")
    chat.set_defaults(run="asking.chat")
    serve = commands.add_parser("serve", parents=[shop], help="open the web page")
    _page_options(serve)
    serve.set_defaults(run="asking.serve")
    mcp = commands.add_parser("mcp", parents=[shop], help="offer the tools to an MCP client that starts this command")
    mcp.add_argument("--as", dest="role", choices=["customer", "manager"], default="customer", help="whose tools")
    mcp.add_argument("--customer", metavar="ID", help="the customer who is signed in")
    mcp.set_defaults(run="asking.mcp")
    user = commands.add_parser("user", parents=[shop], help="who may sign in: managers, customers, keys for programs")
    user.add_argument("action", choices=["add", "list", "remove", "password", "key"], help="what to do")
    user.add_argument("name", nargs="?", metavar="NAME", help="of the account")
    user.add_argument("--manager", action="store_true", help="add: a manager's account")
    user.add_argument("--customer", metavar="ID", help="add: the account of this customer")
    user.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    user.set_defaults(run="users.user")
    tools = commands.add_parser("tools", help="list the tools that the assistant calls")
    tools.add_argument("--json", action="store_true", help="their schemas")
    tools.set_defaults(run="asking.tools")


def _add_training(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shop: argparse.ArgumentParser
) -> None:
    finetune = commands.add_parser("finetune", parents=[shop], help="fine-tune the router or the language model")
    finetune.add_argument(
        "part", choices=["router", "language", "choice"], help="which part; choice: the language model's, of a tool"
    )
    finetune.add_argument("--base", help="language: another Hugging Face base (id or folder)")
    finetune.add_argument(
        "--out",
        type=Path,
        help="where the result goes (default: the shipped place); choice: the adapter beside which it lies",
    )
    finetune.add_argument("--epochs", type=int, help="passes over the phrasings")
    finetune.add_argument("--rank", type=int, help="of the LoRA adapter")
    finetune.add_argument("--log-dir", type=Path, metavar="DIR", help="write curves for TensorBoard there")
    finetune.add_argument("--first-layer", type=int, help="language, choice: the first layer that is adapted")
    finetune.add_argument("--extends", type=Path, metavar="ADAPTER", help="an adapter, or router, to go on from")
    finetune.add_argument("--shares", help="language: of each kind of dialogue, as in choices=1,calls=0.15,answers=0.5")
    finetune.set_defaults(run="training.finetune")
    evaluate = commands.add_parser("evaluate", parents=[shop], help="measure on held-out phrasings")
    evaluate.add_argument("part", choices=["language", "card"], help="measure, or write the model card")
    evaluate.add_argument("--split", choices=["validation", "test"], default="test")
    evaluate.add_argument(
        "--parts", metavar="PART,...", help="of calls, turns, conversations, refusals, scope, clinc, plugins"
    )
    evaluate.add_argument("--limit", type=int, help="at most so many phrasings in each part")
    evaluate.add_argument("--clinc", type=Path, metavar="DIR", help="folder of CLINC150, for the part clinc")
    evaluate.add_argument("--json", type=Path, metavar="FILE", help="write the figures; card: read them")
    evaluate.add_argument("--out", type=Path, metavar="FILE", help="card: where it goes (default docs/model-card.md)")
    evaluate.set_defaults(run="evaluating.evaluate")


def _page_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")


if __name__ == "__main__":
    sys.exit(main())
