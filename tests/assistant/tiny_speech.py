"""Speech models small enough to be made in a test: a Whisper that knows two tones, and a VITS that knows letters.

Both are saved as complete folders of the Hugging Face kind, so that they are loaded exactly as a downloaded id is.
"""

import json
from pathlib import Path

import numpy as np

from assistant.speech.sound import Sound

RATE = 16_000
LOW, HIGH = 330.0, 1_320.0  # Hz
SAID = {LOW: "show me mugs under 30 pounds", HIGH: "thank you"}
_SECONDS = 2  # that the tiny model reads in one piece
_SPECIAL = ("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")


def tone(frequency: float, seconds: float = 1.0, rate: int = RATE, loudness: float = 0.3, start: float = 0.0) -> Sound:
    """A tone that swells and fades three times a second, as syllables do."""
    time = np.arange(int(seconds * rate)) / rate + start
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * 3 * time)
    return Sound((loudness * swell * np.sin(2 * np.pi * frequency * time)).astype(np.float32), rate)


def make_whisper(folder: Path) -> Path:
    """A Whisper of one layer, taught until it tells the two tones apart (a few seconds)."""
    import torch
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    tokenizer = _whisper_tokenizer(folder)
    end, start, english, transcribe, plain = (tokenizer.convert_tokens_to_ids(each) for each in _SPECIAL)
    torch.manual_seed(1)
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=len(tokenizer), num_mel_bins=40, d_model=32, encoder_layers=1, decoder_layers=1,
            encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64,
            max_source_positions=50 * _SECONDS, max_target_positions=64, dropout=0.0, attention_dropout=0.0,
            decoder_start_token_id=start, bos_token_id=end, eos_token_id=end, pad_token_id=end,
            begin_suppress_tokens=[],
        )
    )  # fmt: skip
    extractor = WhisperFeatureExtractor(feature_size=40, chunk_length=_SECONDS)
    prefix = [start, english, transcribe, plain]
    _teach(model, extractor, {hz: [*prefix, *tokenizer.encode(f" {said}", add_special_tokens=False), end]
                              for hz, said in SAID.items()})  # fmt: skip
    generation = model.generation_config
    generation.is_multilingual, generation.no_timestamps_token_id = True, plain
    generation.lang_to_id, generation.task_to_id = {"<|en|>": english}, {"transcribe": transcribe}
    generation.suppress_tokens, generation.begin_suppress_tokens, generation.max_length = None, None, 48
    for part in (model, extractor, tokenizer):
        part.save_pretrained(folder)
    return folder


def make_ctc(folder: Path) -> Path:
    """A Wav2Vec2 that hears the letter H in every sound: a model of the other kind, in capitals."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

    folder.mkdir(parents=True, exist_ok=True)
    signs = ["<pad>", "<s>", "</s>", "<unk>", "|", "H"]
    file = folder / "signs.json"
    file.write_text(json.dumps({sign: place for place, sign in enumerate(signs)}), encoding="utf-8")
    model = Wav2Vec2ForCTC(
        Wav2Vec2Config(
            vocab_size=len(signs), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
            conv_dim=[8], conv_stride=[320], conv_kernel=[400], num_conv_pos_embeddings=4,
            num_conv_pos_embedding_groups=2, feat_extract_norm="layer", do_stable_layer_norm=True,
        )
    )  # fmt: skip
    with torch.no_grad():
        model.lm_head.weight.zero_()
        model.lm_head.bias.copy_(torch.tensor([0.0, 0, 0, 0, 0, 9]))
    for part in (model, Wav2Vec2FeatureExtractor(), Wav2Vec2CTCTokenizer(str(file))):
        part.save_pretrained(folder)
    return folder


def make_voice(folder: Path) -> Path:
    """A VITS with made-up weights: noise, but of the right form and the same each time."""
    import torch
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    signs = ["_", *"abcdefghijklmnopqrstuvwxyz '-", "<unk>"]
    file = folder / "letters.json"
    file.write_text(json.dumps({sign: place for place, sign in enumerate(signs)}), encoding="utf-8")
    tokenizer = VitsTokenizer(str(file), pad_token="_", language="eng", phonemize=False, is_uroman=False)
    torch.manual_seed(1)
    model = VitsModel(
        VitsConfig(
            vocab_size=len(signs), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16,
            flow_size=16, spectrogram_bins=9, duration_predictor_num_flows=1, duration_predictor_filter_channels=16,
            prior_encoder_num_flows=1, upsample_initial_channel=16, upsample_rates=[8, 8],
            upsample_kernel_sizes=[16, 16], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]],
            posterior_encoder_num_wavenet_layers=1,
            prior_encoder_num_wavenet_layers=1, sampling_rate=RATE,
        )
    )  # fmt: skip
    for part in (model, tokenizer):
        part.save_pretrained(folder)
    return folder


def _whisper_tokenizer(folder: Path):
    from transformers import WhisperTokenizer
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    vocabulary = {sign: place for place, sign in enumerate(bytes_to_unicode().values())}
    for token in _SPECIAL:
        vocabulary[token] = len(vocabulary)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = WhisperTokenizer(
        vocab=vocabulary, merges=[], unk_token=_SPECIAL[0], bos_token=_SPECIAL[0], eos_token=_SPECIAL[0]
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(_SPECIAL[1:])})
    return tokenizer


def _teach(model, extractor, texts: dict[float, list[int]], steps: int = 100) -> None:
    import torch

    chance = np.random.default_rng(3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    longest = max(map(len, texts.values()))
    model.train()
    for _ in range(steps):
        sounds, labels = [], []
        for frequency, ids in texts.items():
            for _ in range(3):
                made = tone(frequency, chance.uniform(0.5, _SECONDS), loudness=chance.uniform(0.05, 0.9),
                            start=chance.uniform(0, 1)).samples  # fmt: skip
                sounds.append(made + chance.normal(0, 0.003, len(made)).astype(np.float32))
                labels.append([*ids, *[-100] * (longest - len(ids))])
        features = extractor(sounds, sampling_rate=RATE, return_tensors="pt").input_features
        given = torch.tensor([[max(each, 0) for each in row[:-1]] for row in labels])
        wanted = torch.tensor([row[1:] for row in labels])
        logits = model(input_features=features, decoder_input_ids=given).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
