"""Which calls a message means: the router names the tool, its reading or the language model fills the arguments.

Runs no tool. Knows the order of these steps; what each does lives in its own module.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant import (
    arguments,
    clarifying,
    references,
    report_words,
    said_times,
    search_follow_ups,
    service_words,
    short_follow_ups,
    spans,
    sums,
)
from assistant.filling import filled, filled_each
from assistant.language.chat import ChatModel, Chooser, OfferedTool, Prompt, Usage
from assistant.language.encoder_text import context_text
from assistant.language.prompts import chat_call, compact_call
from assistant.language.reading import ALIKE, APART
from assistant.language.router import NONE, Ranking
from assistant.memory import Memory
from assistant.messages import Role, ToolCall
from assistant.scores_of import SCORES, about_the_last
from assistant.search_follow_ups import SEARCH
from assistant.second_opinion import agreed
from assistant.shop import Shop
from assistant.support import supported
from assistant.together import for_each, for_each_named, means_all, without_all
from assistant.toolbox import Tool
from assistant.wishes import split_wishes

_SHORTLIST = 5  # tools shown to a large model
_ALIKE = 0.4  # probability from which a message is taken to ask for several things of one tool
_CLOSE = 4  # tools (and NONE) that the small model is asked about where the router is unsure


@dataclass(frozen=True)
class Plan:
    """What one wish leads to.

    Attributes:
        calls: none where no tool is due.
        own_words: what a large model said instead of a call; "" else.
        between: the two tools between which the person is to choose, where both readings are as likely.
    """

    calls: tuple[ToolCall, ...] = ()
    own_words: str = ""
    between: tuple[str, ...] = ()


_ORDER_NUMBER = re.compile(r"\border (?:number|no\b|nr\b|id\b|#)", re.IGNORECASE)
_ORDER_LIST = re.compile(r"\b(?:order(?:ing)?|purchase|purchasing|buying) list\b", re.IGNORECASE)


class Planner:
    """Plans the calls of one conversation."""

    def __init__(self, shop: Shop, role: Role, memory: Memory) -> None:
        """Takes the shop, who talks, and what was said before."""
        self._shop, self._role, self._memory = shop, role, memory

    def wishes(self, text: str) -> list[str]:
        """The message whole, or its parts where each clearly asks for another tool."""
        names = [text[start:end] for start, end, _ in self._shop.resolve.name_places(text)]
        return split_wishes(text, self.rank, self._apart, names)

    def _apart(self, text: str) -> float:
        """How probable it is that a text asks for things of two tools."""
        return self._shop.router.read(text, self._memory.earlier()).wishes.get(APART, 0.0)

    def permitted(self) -> dict[str, Tool]:
        """The tools that this person may call."""
        return self._shop.toolbox.permitted(self._role)

    def rank(self, text: str) -> Ranking:
        """The router's ranking of the permitted tools."""
        permitted = self.permitted()
        examples = {name: tool.examples for name, tool in permitted.items() if tool.examples}
        return self._shop.router.rank(text, self._role, list(permitted), self._memory.earlier(), examples)

    def plan(self, text: str, usage: Callable[[], Usage], meant: str | None = None) -> Plan:
        """The calls that one wish means.

        Args:
            text: the wish.
            usage: gives a record of tokens for each prompt.
            meant: the tool, where the person was asked and said so.

        Raises:
            ModelUnavailable: the language model is needed, and away.
        """
        model, ranking = self._shop.language, self.rank(text)
        named = [name for name in ([meant] if meant else self._named(text)) if name in self.permitted()]
        if not model.compact:
            offered = [name for name, _ in ranking.scores if name != NONE][:_SHORTLIST]
            return self._written(model, list(dict.fromkeys(named + offered)), text, usage)
        changed = () if named else self._changed(text)
        if changed:
            return Plan(changed)
        chosen = self._chosen(model, self._about(text, ranking), text)
        scores = [(named[0], 1.0)] if named else self._put_right(chosen, text)
        wish = None if ranking.sure else search_follow_ups.bare_wish(text, self._shop.resolve.in_titles)
        if scores[0][0] == NONE and wish and SEARCH in self.permitted() and self._role == "customer":
            return Plan((ToolCall(SEARCH, {"query": wish}),))
        unclear = clarifying.between(scores)
        if unclear:
            return Plan(between=unclear)
        name = scores[0][0]
        if name == NONE:
            return Plan()
        tool = self.permitted()[name]
        read = self._read(tool, text)
        return Plan(tuple(read)) if read is not None else self._written(model, [name], text, usage)

    def told(self, name: str, text: str) -> ToolCall | None:
        """A tool's call with what a message says for it; None where the reader does not know the tool."""
        read = self._read(self.permitted()[name], text) if name in self.permitted() else None
        return read[0] if read else None

    def _put_right(self, scores: Sequence[tuple[str, float]], text: str) -> Sequence[tuple[str, float]]:
        """The tools, where the plain words of a customer's wish were taken for talk, a rule or either of two tools."""
        if self._role != "customer":
            return scores
        best, unclear = scores[0][0], clarifying.between(scores)
        if best in (NONE, "view_cart") and service_words.into_cart(text):
            return [("add_to_cart", 1.0)]
        if best == "calculate" and _ORDER_NUMBER.search(text) and "order_status" in self.permitted():
            return [("order_status", 1.0)]  # "order number is 7204000 plus 119" is no sum to be worked out
        if best in (NONE, "shop_policy") or unclear:
            said = service_words.wish(text)
            return [(said, 1.0)] if said in self.permitted() and said is not None else scores
        return scores

    def _named(self, text: str) -> list[str]:
        """The tools that the words can mean only, whatever the router makes of them."""
        if self._role == "customer" and service_words.other_payment(text):
            return ["change_payment" if "change_payment" in self.permitted() else "hand_off"]
        if sums.is_sum(text):
            return ["calculate"]
        if _ORDER_LIST.search(text) and spans.money(text):
            return ["optimize_inventory"]
        if report_words.named_report(text):
            return [report_words.REPORT]
        return ["review_insights"] if report_words.asks_for_problem_costs(text) else []

    def _changed(self, text: str) -> tuple[ToolCall, ...]:
        """The calls before, changed by a message that says nothing else: the only one, or all where that is said."""
        before = self._memory.together
        if len(before) > 1 and means_all(text):
            changed = [self._changed_call(call, without_all(text)) for call in before]
        else:
            changed = [] if self._memory.alone is None else [self._changed_call(self._memory.alone, text)]
        return () if None in changed else tuple(call for call in changed if call is not None)

    def _changed_call(self, before: ToolCall, text: str) -> ToolCall | None:
        """One call with what a message changes; a change of the shop's records that is prepared is not repeated."""
        resolve, tool = self._shop.resolve, self.permitted().get(before.name)
        if tool is None or tool.writes:
            return None
        call = short_follow_ups.changed(
            text,
            before,
            tool.parameters["properties"],
            resolve.name_places(text),
            lambda name: said_times.said(name, text, resolve.clock),
            lambda name, said: said_times.reads(name, said, resolve.clock),
        )
        return None if call is None else self._mended(call, text, adding=False)

    def _chosen(self, model: ChatModel, ranking: Ranking, text: str) -> Sequence[tuple[str, float]]:
        """The tools, best first; where the first ones are close, the language model's opinion counts, too."""
        if ranking.sure or not isinstance(model, Chooser):
            return [(ranking.best, 1.0)]
        return agreed(ranking.scores[:_CLOSE], model.opinions(self._role, context_text(text, *self._memory.earlier())))

    def _about(self, text: str, ranking: Ranking) -> Ranking:
        """Without the tools for a product where the words point to one of the customers that were just listed."""
        if references.person(text, self._memory.shown) is None:
            return ranking
        permitted = self.permitted()
        kept = tuple(
            (name, chance)
            for name, chance in ranking.scores
            if name == NONE or "product" not in permitted[name].parameters["required"]
        )
        return Ranking(kept or ranking.scores, ranking.sure and kept[:1] == ranking.scores[:1])

    def _read(self, tool: Tool, text: str) -> list[ToolCall] | None:
        """The calls as the encoder read them; None where the language model is to write it: for an added tool."""
        before = self._memory.earlier()
        reading = self._shop.router.read(text, before)
        if tool.examples and tool.name not in reading.labels.taught:
            return None
        if not reading.knows(tool.name, tool.parameters):
            return None
        several = reading.wishes.get(ALIKE, 0.0) >= _ALIKE
        if tool.writes:  # one change at a time
            calls = [filled(tool.name, tool.parameters, reading, before[1])]
        else:
            calls = filled_each(tool.name, tool.parameters, reading, before[1], several=several)
        mended = [self._mended(call, text, adding=False) for call in calls]
        if tool.name == SCORES:
            mended = [about_the_last(mended[0], before[1], text)]
        if tool.name == SEARCH:
            mended = [search_follow_ups.moved(mended[0], before[1], text, self._shop.resolve.in_titles)]
        if not tool.writes and len(mended) == 1:
            mended = for_each(self._memory.together, mended[0], text, several=several)
        if not tool.writes and len(mended) == 1:
            places = self._shop.resolve.name_places(text)
            mended = for_each_named(mended[0], text, tool.parameters["properties"], places, several=several)
        named = [call for call in mended if not references.points(str(call.arguments.get("product", "")))]
        return _told_apart(calls, named or mended)

    def _written(self, model: ChatModel, names: list[str], text: str, usage: Callable[[], Usage]) -> Plan:
        """The calls that the language model writes, among the tools named."""
        permitted, said = self.permitted(), self._memory.said
        context = "\n".join(each.text for each in said[-2:])
        offered = tuple(self._offer(permitted[name], text, context) for name in names)
        if model.compact:
            messages = compact_call(text, [each.signature for each in offered], said)
        else:
            shop = self._shop
            messages = chat_call(text, said, shop=shop.name, role=self._role, today=shop.as_of)
        prompt = Prompt("call", messages, offered, f"{text}\n{context}", must_call=model.compact)
        written = list(model.stream(prompt, usage()))
        calls = [each for each in written if isinstance(each, ToolCall) and each.name in permitted]
        if not model.compact:
            calls = [supported(each, permitted[each.name].parameters, f"{text}\n{context}") for each in calls]
        words = " ".join(each for each in written if isinstance(each, str)).strip()
        return Plan(tuple(self._mended(call, text) for call in calls), "" if calls or model.compact else words)

    def _mended(self, call: ToolCall, text: str, *, adding: bool = True) -> ToolCall:
        parameters = self.permitted()[call.name].parameters
        mended = arguments.mend(call, parameters, text, self._shop.resolve, self._memory.shown, adding=adding)
        return service_words.with_replacement(mended, text) if call.name == "exchange_items" else mended

    def _offer(self, tool: Tool, text: str, context: str) -> OfferedTool:
        resolve = self._shop.resolve
        lacking = [name for name, held in (("store", resolve.stores), ("category", resolve.categories)) if not held]
        found = arguments.candidates(tool.parameters, text, context, resolve.clock, lacking)
        found |= {
            name: values
            for name, values in arguments.places(f"{text} \n {context}", tool.parameters["properties"], resolve).items()
            if name not in found
        }
        names_from = said_times.without(f"{text}\n{context}", resolve.clock)
        if not names_from.strip(" |?!.\n"):  # nothing but times was said: no name can be copied
            found.update(dict.fromkeys(arguments.NAMES & tool.parameters["properties"].keys(), ()))
        return OfferedTool(tool.name, tool.schema(), tool.signature(), found, names_from)


def _told_apart(read: list[ToolCall], mended: list[ToolCall]) -> list[ToolCall]:
    """The mended calls that still say what set them apart as they were read, none twice; the first one at least."""
    differing = [name for name, value in read[0].arguments.items() if value != read[-1].arguments.get(name)]
    kept = [call for call in mended if all(name in call.arguments for name in differing)]
    unique = [call for place, call in enumerate(kept) if call not in kept[:place]]
    return unique or mended[:1]
