"""Fast decoding writes exactly what plain greedy decoding writes, and a grammar is never broken."""

import random
from typing import Any

import pytest
import torch
from tiny_model import tiny_model, tiny_tokenizer

from assistant.language import decoding
from assistant.language.decoding import Decoder
from assistant.language.transformers_reader import TransformersReader

NO_STOP: frozenset[int] = frozenset()


def decoder_of(model: Any, stop: frozenset[int]) -> Decoder:
    return Decoder(TransformersReader(model), stop)


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny_model()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny_tokenizer()


def plain(model: Any, prompt: list[int], count: int, stop: frozenset[int] = NO_STOP) -> list[int]:
    """What transformers' own greedy search writes."""
    output = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt)),
        max_new_tokens=count,
        do_sample=False,
        eos_token_id=sorted(stop) or None,
        pad_token_id=0,
    )
    written: list[int] = output[0, len(prompt) :].tolist()
    while written and written[-1] in stop:
        written.pop()
    return written


def prompts(count: int) -> list[list[int]]:
    """Random token ids; every second prompt repeats itself, so that look-up finds something to guess."""
    chance = random.Random(5)
    made = []
    for number in range(count):
        ids = [chance.randrange(3, 400) for _ in range(chance.randint(1, 40))]
        made.append(ids * 3 if number % 2 else ids)
    return made


def test_the_output_is_that_of_plain_greedy_search(model: Any) -> None:
    for prompt in prompts(10):
        assert list(decoder_of(model, NO_STOP).decode(prompt, 40)) == plain(model, prompt, 40)


def test_looking_up_the_prompt_is_used_and_changes_nothing(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guesses: list[list[int]] = []
    original = decoding._guess
    prompt = prompts(2)[1]
    expected = plain(model, prompt, 60)
    # the model is made to meet its own words: what it will write stands in the prompt already
    told = expected + prompt

    def spy(ids: list[int]) -> list[int]:
        guesses.append(original(ids))
        return guesses[-1]

    monkeypatch.setattr(decoding, "_guess", spy)
    assert list(decoder_of(model, NO_STOP).decode(told, 60)) == plain(model, told, 60)
    assert any(guesses)
    monkeypatch.setattr(decoding, "_guess", lambda ids: [])
    assert list(decoder_of(model, NO_STOP).decode(told, 60)) == plain(model, told, 60)


@pytest.mark.parametrize("right", [0, 1, 5, 12])
def test_a_guess_is_followed_as_far_as_it_is_right(model: Any, monkeypatch: pytest.MonkeyPatch, right: int) -> None:
    prompt = prompts(1)[0]
    expected = plain(model, prompt, 30)

    def guess(ids: list[int]) -> list[int]:
        coming = expected[len(ids) - len(prompt) :][:12]
        return [token if place < right else (token + 1) % 400 for place, token in enumerate(coming)]

    monkeypatch.setattr(decoding, "_guess", guess)
    reads = []
    decoder = decoder_of(model, NO_STOP)
    original = decoder._reader.read
    monkeypatch.setattr(decoder._reader, "read", lambda ids, keep: reads.append(len(ids)) or original(ids, keep))
    assert list(decoder.decode(prompt, 30)) == expected
    assert len(reads) <= 30 // (right + 1) + 1  # a right guess saves reading


def test_no_more_tokens_than_were_asked_for(model: Any) -> None:
    for prompt in prompts(6):
        for most in (1, 2, 7):
            assert len(list(decoder_of(model, NO_STOP).decode(prompt, most))) == most


def test_stop_tokens_end_the_completion_and_are_not_part_of_it(model: Any) -> None:
    prompt = prompts(1)[0]
    free = plain(model, prompt, 30)
    stop = frozenset({free[7]})
    written = list(decoder_of(model, stop).decode(prompt, 30))
    assert written == free[: free.index(free[7])]


def test_a_known_beginning_is_not_read_again_and_changes_nothing(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = decoder_of(model, NO_STOP)
    reads: list[int] = []
    original = decoder._reader.read
    monkeypatch.setattr(decoder._reader, "read", lambda ids, keep: reads.append(len(ids)) or original(ids, keep))
    beginning = prompts(4)[3]
    for ending in ([7, 8, 9], [7, 8, 10, 11], [], [300], [7, 8, 9]):
        prompt = beginning + ending
        reads.clear()
        assert list(decoder.decode(prompt, 20)) == plain(model, prompt, 20)
        if ending != [7, 8, 9] or len(reads) < 20:
            continue
    assert reads[0] < len(beginning)  # the last prompt shared its beginning with the one before
    other = [399, *beginning]
    assert list(decoder.decode(other, 20)) == plain(model, other, 20)


def test_in_low_precision_an_answer_does_not_hang_on_what_was_asked_before() -> None:
    rough = tiny_model().to(torch.bfloat16)
    decoder = decoder_of(rough, NO_STOP)
    asked = [[5, 6, 7, *prompt] for prompt in prompts(8)]
    alone = [list(decoder_of(rough, NO_STOP).decode(prompt, 40)) for prompt in asked]
    assert [list(decoder.decode(prompt, 40)) for prompt in asked] == alone
    assert [list(decoder.decode(prompt, 40)) for prompt in reversed(asked)] == alone[::-1]


def test_a_completion_that_is_given_up_halfway_leaves_the_decoder_usable(model: Any) -> None:
    decoder = decoder_of(model, NO_STOP)
    first, second = prompts(4)[2:4]
    for count in (1, 3, 10):
        stream = decoder.decode(first, 30)
        for _ in range(count):
            next(stream)
        stream.close()
        assert list(decoder.decode(second, 20)) == plain(model, second, 20)


def test_the_same_prompt_twice_gives_the_same_tokens(model: Any) -> None:
    decoder = decoder_of(model, NO_STOP)
    prompt = prompts(2)[1]
    assert list(decoder.decode(prompt, 25)) == list(decoder.decode(prompt, 25))


def test_a_grammar_is_followed_greedily(model: Any, tokenizer: Any) -> None:
    """Under a grammar each token is the most probable allowed one: checked by hand against full reads of the model."""
    import llguidance
    import llguidance.hf
    import numpy as np

    read = llguidance.hf.from_tokenizer(tokenizer)
    grammar = 'start: "<" NUMBER ", " WORD ">"\nNUMBER: /[0-9]{2,4}/\nWORD: /[a-z]{3,8}/'
    for prompt in prompts(4):
        written = list(decoder_of(model, NO_STOP).decode(prompt, 60, llguidance.LLMatcher(read, grammar)))
        checker = llguidance.LLMatcher(read, grammar)
        ids = list(prompt)
        for token in written:
            forced = list(checker.compute_ff_tokens())
            if forced:
                assert token == forced[0]
            else:
                logits = model(torch.tensor([ids])).logits[0, -1].detach()
                bits = np.unpackbits(np.frombuffer(checker.compute_bitmask(), dtype=np.uint8), bitorder="little")
                allowed = torch.from_numpy(bits[:400].astype(bool))
                assert token == int(logits.masked_fill(~allowed, -torch.inf).argmax())
            checker.consume_token(token)
            ids.append(token)
        assert checker.is_stopped()
