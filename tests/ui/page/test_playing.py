"""Playing in a real browser: sound that plays, seeks, goes on over navigation, and joins without a gap."""

import re

from playwright.sync_api import expect

from tests.ui.page.world import Visitor, wait_for

SLIDER = ".controls .slider"


def position(person: Visitor) -> float:
    """Where the player is, in seconds."""
    return float(person.page.eval_on_selector(SLIDER, "slider => slider.value"))


def play(person: Visitor, title: str) -> None:
    """By a double click, until it is heard."""
    row = person.page.get_by_role("row", name=re.compile(re.escape(title))).first
    row.get_by_text(title, exact=True).dblclick()
    expect(person.page.get_by_role("region", name="Player").get_by_role("button", name="Pause")).to_be_visible()
    person.page.wait_for_function("() => Number(document.querySelector('.controls .slider').value) > 0.2")


def wait_until_further(person: Visitor) -> None:
    """It plays on: half a second more than now."""
    person.page.wait_for_function(
        "from => Number(document.querySelector('.controls .slider').value) > from + 0.5", arg=position(person)
    )


def seek(person: Visitor, seconds: float) -> None:
    """As somebody who lets go of the slider there."""
    person.page.eval_on_selector(
        SLIDER,
        "(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('change', { bubbles: true })); }",
        seconds,
    )


def test_a_track_plays_seeks_and_goes_on_over_navigation(person: Visitor) -> None:
    """The player is no part of a screen: wherever one goes, it plays on."""
    page = person.go(person.client.album("Waves"))
    play(person, "Wave 2")
    expect(page.locator(".playing")).to_contain_text("Wave 2")
    wait_until_further(person)
    seek(person, 6.0)
    page.wait_for_function("() => Number(document.querySelector('.controls .slider').value) > 6.2")
    assert position(person) < 8.0
    page.get_by_role("link", name="Albums", exact=False).first.click()
    expect(page.get_by_role("heading", name="Albums", level=1)).to_be_visible()
    # It did not stop when the screen changed.
    wait_until_further(person)
    expect(page.locator(".playing")).to_contain_text("Wave 2")


def test_the_bar_says_where_the_sound_comes_from_and_its_quality(person: Visitor) -> None:
    """Behaviour 11: from this device, or from which server, and in which format."""
    person.go(person.client.album("At Home"))
    play(person, "Only Here")
    expect(person.page.locator(".bar .comes-from")).to_have_text("Playing from this device · FLAC")
    person.go(person.client.album("Norðurljós"))
    # It is in no playlist: nothing has kept it on this device.
    play(person, "Ljósaskipti")
    expect(person.page.locator(".bar .comes-from")).to_contain_text("Playing from Home Server · ")
    expect(person.page.locator(".bar .comes-from")).to_contain_text(re.compile("FLAC|Opus"))


# Taps what the player gives to the loudspeaker, sample by sample, by the clock of the audio device.
TAP = """
(() => {
  const Real = window.AudioContext;
  window.heard = [];
  window.AudioContext = class extends Real {
    constructor(...options) {
      super(...options);
      window.rate = this.sampleRate;
      this.tap = this.createScriptProcessor(1024, 2, 1);
      this.tap.onaudioprocess = (event) => window.heard.push(event.inputBuffer.getChannelData(0).slice());
      const silence = super.createGain();
      silence.gain.value = 0;
      this.tap.connect(silence);
      silence.connect(this.destination);
    }
    createGain() {
      const gain = super.createGain();
      if (this.tap && !this.isTapped) {
        this.isTapped = true;
        gain.connect(this.tap);
      }
      return gain;
    }
  };
})();
"""
# The lengths of all silences between two sounds, in ms; and how loud it was at the most.
SILENCES = """
() => {
  const wide = Math.round(window.rate / 1000);
  const all = new Float32Array(window.heard.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of window.heard) { all.set(part, at); at += part.length; }
  const silences = [];
  let silent = 0, hasSounded = false, loudest = 0;
  for (let at = 0; at + wide < all.length; at += wide) {
    let peak = 0;
    for (let in_ = 0; in_ < wide; in_ += 1) peak = Math.max(peak, Math.abs(all[at + in_]));
    loudest = Math.max(loudest, peak);
    if (peak < 0.002) silent += 1;
    else {
      if (hasSounded && silent) silences.push(silent);
      hasSounded = true;
      silent = 0;
    }
  }
  return { silences, loudest, seconds: all.length / window.rate };
}
"""


def test_tracks_of_an_album_follow_each_other_without_a_gap(person: Visitor) -> None:
    """Measured in samples: from a track that streams to one that was fetched ahead, and from that to the next."""
    person.context.add_init_script(TAP)
    person.go(person.client.album("Waves"))
    play(person, "Wave 1")
    for title in ("Wave 2", "Wave 3"):
        seek(person, 9.0)
        # What the jump itself silences is none of what is measured.
        person.page.wait_for_timeout(700)
        person.page.evaluate("() => { window.heard = []; }")
        expect(person.page.locator(".playing")).to_contain_text(title, timeout=15_000)
        person.page.wait_for_timeout(1_000)
        heard = person.page.evaluate(SILENCES)
        assert heard["seconds"] > 2, heard
        assert heard["loudest"] > 0.01, "nothing was heard at all"
        assert max(heard["silences"], default=0) < 50, heard


def test_replaygain_turns_a_track_down_as_its_tags_say(person: Visitor) -> None:
    """Album, track, or off; the whole-window player says by how much."""
    person.context.add_init_script(TAP)
    person.go(person.client.album("Waves"))
    loudness = {}
    for mode in ("off", "album", "track"):
        person.page.evaluate("mode => localStorage.setItem('soul.replayGain', JSON.stringify(mode))", mode)
        person.page.reload()
        play(person, "Wave 1")
        person.page.wait_for_timeout(300)
        person.page.evaluate("() => { window.heard = []; }")
        # Half a second of sound, however long a busy machine takes to bring it.
        person.page.wait_for_function("() => window.heard.length * 1024 > 0.5 * window.rate")
        loudness[mode] = person.page.evaluate(SILENCES)["loudest"]
    assert abs(loudness["album"] / loudness["off"] - 10 ** (-3 / 20)) < 0.03, loudness
    assert abs(loudness["track"] / loudness["off"] - 10 ** (-6 / 20)) < 0.03, loudness
    person.page.get_by_role("button", name="Open the player").click()
    expect(person.page.locator(".now .comes-from")).to_contain_text("6.0 dB")


def test_it_resumes_where_it_stopped(person: Visitor) -> None:
    """Also in a browser that knows nothing: the client remembers."""
    person.go(person.client.album("Small Hours"))
    play(person, "Borrowed Coat")
    seek(person, 3.0)
    person.page.keyboard.press("Space")
    expect(
        person.page.get_by_role("region", name="Player").get_by_role("button", name="Play", exact=True)
    ).to_be_visible()
    person.page.evaluate("localStorage.clear()")
    wait_for("that it is kept", lambda: person.client.ask("GET", "/api/player")["position_seconds"] > 2.9)
    person.go("/albums")
    expect(person.page.locator(".playing")).to_contain_text("Borrowed Coat")
    assert 2.5 < position(person) < 5.0
    person.page.keyboard.press("Space")
    person.page.wait_for_function("() => Number(document.querySelector('.controls .slider').value) > 3.4")


def test_the_system_shows_what_plays_and_its_keys_work(person: Visitor) -> None:
    """Behaviour 28: Media Session has the words, the state, the place, and takes previous, next, pause and seek."""
    person.context.add_init_script(
        """
        window.handlers = {};
        const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
        navigator.mediaSession.setActionHandler = (name, run) => { window.handlers[name] = run; set(name, run); };
        navigator.mediaSession.setPositionState = (state) => { window.placed = state; };
        """
    )
    page = person.go(person.client.album("Small Hours"))
    play(person, "Kettle Song")
    told = page.evaluate(
        "() => { const { title, artist, album } = navigator.mediaSession.metadata; return [title, artist, album]; }"
    )
    assert told == ["Kettle Song", "The Paper Lanterns", "Small Hours"]
    assert page.evaluate("navigator.mediaSession.playbackState") == "playing"
    page.evaluate("window.handlers.nexttrack()")
    expect(page.locator(".playing")).to_contain_text("Borrowed Coat")
    page.evaluate("window.handlers.seekto({ seekTime: 2 })")
    page.wait_for_function("() => window.placed.position >= 2 && Math.abs(window.placed.duration - 6) < 0.2")
    page.evaluate("window.handlers.pause()")
    page.wait_for_function("() => navigator.mediaSession.playbackState === 'paused'")
    page.evaluate("window.handlers.previoustrack()")


def test_what_plays_in_one_tab_is_silent_in_the_other(person: Visitor) -> None:
    """Two tabs show the same; the one that was started last plays."""
    person.go(person.client.album("Waves"))
    play(person, "Wave 1")
    other = person.context.new_page()
    other.goto(person.client.url + person.client.album("Small Hours"))
    other.get_by_text("Kettle Song", exact=True).first.dblclick()
    expect(other.get_by_role("region", name="Player").get_by_role("button", name="Pause")).to_be_visible()
    expect(
        person.page.get_by_role("region", name="Player").get_by_role("button", name="Play", exact=True)
    ).to_be_visible()


def test_keys_play_seek_step_and_show_their_help(person: Visitor) -> None:
    """Behaviour 27: none of them while somebody types; letters can be switched off; `C` finds the current track."""
    page = person.go(person.client.album("Small Hours"))
    play(person, "Kettle Song")
    page.locator("#main").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".playing")).to_contain_text("Borrowed Coat")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    page.keyboard.press("m")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Repeat: Repeats the list")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Shuffle").last).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    expect(page.locator(".playing .icon-heart-full")).to_be_visible()
    page.keyboard.press("l")
    page.keyboard.press("q")
    expect(page.get_by_role("complementary", name="Queue")).to_be_visible()
    page.keyboard.press("q")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Tracks", level=1)).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".row.is-now")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("smq")
    expect(page.get_by_role("searchbox")).to_have_value("smq")
    expect(page.get_by_role("complementary", name="Queue")).not_to_be_attached()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Back, forward 10 s")
    dialog.get_by_role("switch").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_attached()
    page.keyboard.press("q")
    expect(page.get_by_role("complementary", name="Queue")).not_to_be_attached()
