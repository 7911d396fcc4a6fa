"""Tracks that are too long to be decoded whole: they join to the sample all the same, and stream from there on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from soul_player.audio.ffmpeg import run_ffmpeg
from tests.ui.page.test_playing import play
from tests.ui.page.world import Client, Visitor, client_at, soul, visitor, wait_for

# Longer than what is decoded whole (BUFFER_SECONDS_MAX of sound/engine.js).
LONG_SECONDS = 310
SHORT_SECONDS = 5
FORMATS = ("flac", "mp3", "ogg", "m4a")
# Sound that is nowhere like itself a moment later, so that each piece of it says which second it is of.
SOUND = "0.2*sin(2*PI*(200*t+20*sin(3.1*t)))+0.1*sin(2*PI*(517*t+35*sin(1.7*t)))"

# Takes what the player gives to the loudspeaker on the thread of the sound itself, where nothing is left out.
TAP = """
(() => {
  const worklet = `registerProcessor('tap', class extends AudioWorkletProcessor {
    process([input]) {
      this.port.postMessage(input.length ? input[0].slice() : new Float32Array(128));
      return true;
    }
  });`;
  const Real = window.AudioContext;
  window.heard = [];
  // The head is stopped when the stream has taken over.
  const { stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.stop = function () { window.isTakenOver = true; stop.call(this); };
  window.AudioContext = class extends Real {
    constructor(...options) {
      super(...options);
      window.rate = this.sampleRate;
      const blob = new Blob([worklet], { type: 'text/javascript' });
      this.isTapped = this.audioWorklet.addModule(URL.createObjectURL(blob));
    }
    createGain() {
      const gain = super.createGain();
      if (!this.out) {
        this.out = gain;
        this.isTapped.then(() => {
          const tap = new AudioWorkletNode(this, 'tap', { numberOfOutputs: 1 });
          tap.port.onmessage = ({ data }) => window.heard.push(data);
          gain.connect(tap).connect(this.destination);
        });
      }
      return gain;
    }
  };
})();
"""
# Where the second track began; which second of it each tenth that was heard is, as an offset to when that was; and the
# longest silence around the join, in ms.
HEARD = """
() => {
  const all = new Float32Array(window.heard.length * 128);
  window.heard.forEach((part, at) => all.set(part, 128 * at));
  const rate = window.rate;
  const sound = Float32Array.from({ length: 9 * rate }, (_, at) => {
    const t = at / rate;
    return 0.2 * Math.sin(2 * Math.PI * (200 * t + 20 * Math.sin(3.1 * t)))
      + 0.1 * Math.sin(2 * Math.PI * (517 * t + 35 * Math.sin(1.7 * t)));
  });
  const WIDE = 1024;
  const find = (at, first, last) => {
    let best = { like: 0, place: -1 };
    let energy = 0;
    for (let by = 0; by < WIDE; by += 1) energy += all[at + by] ** 2;
    for (let place = Math.max(0, first); place < Math.min(last, sound.length - WIDE); place += 1) {
      let sum = 0, other = 0;
      for (let by = 0; by < WIDE; by += 1) {
        const one = sound[place + by];
        sum += all[at + by] * one;
        other += one * one;
      }
      const like = sum / Math.sqrt(energy * other || 1);
      if (like > best.like) best = { like, place };
    }
    return best;
  };
  // From a piece that is surely in the second track back to its beginning, and on to the end.
  const middle = all.length - 5 * rate;
  const anchor = find(middle, 0, sound.length);
  const base = anchor.place - middle;
  const offsets = [];
  for (let at = Math.max(0, -base) + 4096; at + WIDE < all.length; at += Math.round(rate / 10)) {
    const found = find(at, at + base - rate / 5, at + base + rate / 5);
    offsets.push([(at + base) / rate, found.like, (1000 * (found.place - at - base)) / rate]);
  }
  let silent = 0, longest = 0;
  const wide = Math.round(rate / 1000);
  for (let at = Math.max(0, -base - rate); at < -base + rate; at += wide) {
    let peak = 0;
    for (let by = 0; by < wide; by += 1) peak = Math.max(peak, Math.abs(all[at + by]));
    silent = peak < 0.002 ? silent + 1 : 0;
    longest = Math.max(longest, silent);
  }
  return { like: anchor.like, began: -base / rate, seconds: all.length / rate, offsets, silence: longest };
}
"""


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A folder of this device: each album is a short track and a long one, of one format."""
    root = tmp_path_factory.mktemp("sets")
    (root / "music").mkdir()
    for seconds in (SHORT_SECONDS, LONG_SECONDS):
        source = f"aevalsrc={SOUND}:sample_rate=44100:duration={seconds}"
        run_ffmpeg(("-f", "lavfi", "-i", source, "-ac", "1", root / f"{seconds}.wav"))
        for suffix in FORMATS:
            number, title = (1, f"Short {suffix}") if seconds == SHORT_SECONDS else (2, f"Long {suffix}")
            tags = {"title": title, "artist": "Sets", "album": f"Sets {suffix}", "track": str(number)}
            arguments = [part for key, value in tags.items() for part in ("-metadata", f"{key}={value}")]
            run_ffmpeg(("-i", root / f"{seconds}.wav", *arguments, root / "music" / f"{title}.{suffix}"))
    soul(root / "client", "source", "add-folder", str(root / "music"), "--name", "My Folder")
    with client_at(root / "client") as client:
        wait_for("the sets", lambda: client.tracks() == 2 * len(FORMATS))
        yield client


@pytest.fixture
def person(chrome: Browser, sets: Client) -> Iterator[Visitor]:
    """Whose loudspeaker is listened to."""
    # The policy of the page lets no script of a test in.
    with visitor(chrome, sets, bypass_csp=True) as opened:
        opened.context.add_init_script(TAP)
        yield opened


@pytest.mark.alone
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_long_track_follows_without_a_gap_and_streams_on_to_the_sample(person: Visitor, suffix: str) -> None:
    """Its head is decoded, the rest streams: nothing is silent, nothing is skipped, nothing is heard twice."""
    page = person.go(person.client.album(f"Sets {suffix}"))
    play(person, f"Short {suffix}")
    expect(page.locator(".playing")).to_contain_text(f"Long {suffix}", timeout=15_000)
    page.wait_for_function("() => window.isTakenOver && Number(document.querySelector('.controls .slider').value) > 6")
    heard = page.evaluate(HEARD)
    assert heard["like"] > 0.9, heard
    assert 1.0 < heard["began"] < SHORT_SECONDS + 3.0, heard
    assert heard["silence"] < 50, heard
    offsets = [offset for _, like, offset in heard["offsets"] if like > 0.9]
    assert len(offsets) > 40, heard
    assert max(offsets) - min(offsets) < 1.0, heard
