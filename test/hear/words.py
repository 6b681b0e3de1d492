"""Counts the sung lines that a recogniser finds among 32, and the words that it hears in lines by themselves.

Its argument is a folder: songs as N.wav and N.json, lines as KIND-N.wav, with their words in lines.json.
"""

import json
import sys
import wave
from pathlib import Path

import librosa
import numpy as np
from pocketsphinx import Decoder

RATE = 16_000
# Speech has about so many syllables a second; slower lines are drawn together, as the recogniser knows speech only.
SPEECH_TEMPO = 4.0
MOST_DRAWN_TOGETHER = 2.2
LEAST_IN_ALL = 42
LEAST_IN_A_SONG = 8
# Shares of wrong words, of lines that may say anything. A copy of speech may have so much more of them than the speech.
MOST_WORSE_THAN_SPEECH = 0.05
MOST_WRONG_WHEN_SUNG = 0.35

OTHERS = [
    "nobody told me it would rain all day",
    "we were young and running from the sun",
    "tell me that you love me one more time",
    "cold rain falling on the empty street",
    "you are the fire and i am the flame",
    "every little thing you do is magic",
    "never let the music fade away",
    "take me to the place where we began",
    "there is nothing left for me to say",
    "hold my hand and walk me through the night",
    "the city lights are calling out your name",
    "rain on the window run with me now",
    "somewhere down the line we lost our way",
    "let it go and leave it all behind",
    "the last train is leaving at the break of day",
    "all the colors of the morning in your eyes",
    "i was looking for a reason to believe",
    "summer came and summer went away",
    "give me a minute and i will be there",
    "under the bridge the river is slow",
]


def sound_of(path):
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32_768
        return samples, file.getframerate()


def speech(samples, rate, tempo):
    heard = librosa.resample(samples, orig_sr=rate, target_sr=RATE)
    if tempo > 1:
        heard = librosa.effects.time_stretch(heard, rate=tempo, n_fft=512, hop_length=128)
    heard = heard / max(1e-6, np.abs(heard).max()) * 0.6
    rest = np.zeros(RATE // 5)
    return (np.concatenate([rest, heard, rest]) * 32_767).astype(np.int16).tobytes()


def found(decoder, sound):
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    return decoder.hyp().hypstr if decoder.hyp() else ""


def wrong_words(words, heard):
    """The least number of words to change, to leave out and to add."""
    costs = list(range(len(heard) + 1))
    for row, word in enumerate(words, 1):
        before, costs[0] = costs[0], row
        for column, other in enumerate(heard, 1):
            change = before + (word != other)
            before = costs[column]
            costs[column] = min(change, costs[column] + 1, costs[column - 1] + 1)
    return costs[-1]


def understood(folder):
    lines = json.loads((folder / "lines.json").read_text())
    decoder = Decoder(loglevel="FATAL")
    words = [line.split() for line in lines]
    shares = {}
    for kind in ["speech", "copy", "low", "high"]:
        heard = [found(decoder, speech(*sound_of(folder / f"{kind}-{n}.wav"), 1)).split() for n in range(len(lines))]
        wrong = sum(wrong_words(*pair) for pair in zip(words, heard, strict=True))
        shares[kind] = wrong / sum(map(len, words))
        print(f"{kind}: {shares[kind]:.2f} of the words are wrong, of any vocabulary", flush=True)
    is_copy_good = shares["copy"] <= shares["speech"] + MOST_WORSE_THAN_SPEECH
    is_sung_well = max(shares["low"], shares["high"]) <= MOST_WRONG_WHEN_SUNG
    print(f"a copy may have {MOST_WORSE_THAN_SPEECH} more than speech, and lines sung at 0.24 s a syllable {MOST_WRONG_WHEN_SUNG}")
    return is_copy_good and is_sung_well


def main(folder):
    totals = []
    for notes in sorted(folder.glob("[0-9]*.json")):
        song = json.loads(notes.read_text())
        samples, rate = sound_of(notes.with_suffix(".wav"))
        lines = {line["text"]: line for line in reversed(song["lines"])}
        candidates = [*lines, *OTHERS]
        decoder = Decoder(loglevel="FATAL", lm=None)
        unknown = {word for line in candidates for word in line.split() if decoder.lookup_word(word) is None}
        if unknown:
            sys.exit(f"The recogniser does not know {', '.join(sorted(unknown))}.")
        decoder.add_jsgf_string("lines", f"#JSGF V1.0;\ngrammar lines;\npublic <line> = {' | '.join(candidates)} ;")
        decoder.activate_search("lines")
        right = 0
        for text, line in lines.items():
            part = samples[max(0, int((line["from"] - 0.3) * rate)) : int((line["to"] + 0.25) * rate)]
            tempo = SPEECH_TEMPO * (line["to"] - line["from"]) / line["syllables"]
            right += found(decoder, speech(part, rate, min(MOST_DRAWN_TOGETHER, tempo))) == text
        print(f"{song['tags']}: {right} of {len(lines)} lines found among {len(candidates)}", flush=True)
        totals.append(right)
    print(f"in all: {sum(totals)}; {LEAST_IN_ALL} are needed, and {LEAST_IN_A_SONG} in each song")
    is_found = sum(totals) >= LEAST_IN_ALL and min(totals) >= LEAST_IN_A_SONG
    return 0 if understood(folder) and is_found else 1


sys.exit(main(Path(sys.argv[1])))
