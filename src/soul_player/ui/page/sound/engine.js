// The sound itself: one deck that is heard, one that is ready behind it, and the clock that joins them.
import { problemOf } from '../api.js';
import { audioPath, BufferDeck, gainOf, StreamDeck, whyNot } from './decks.js';

const TICK_MS = 250;
// The next track is fetched when so much of this one is left, and placed on the clock shortly before it begins.
const AHEAD_SECONDS = 40;
const JOIN_SECONDS = 1.2;
// Decoded audio takes 8 bytes a sample of two channels, 23 MB a minute: of what is longer, only the head is decoded.
const BUFFER_SECONDS_MAX = 300;

export class Engine {
  // `events`: tick(position, duration), ended(isJoined), failed(problem), waiting(is), loaded(track), next() -> track or null
  constructor(events) {
    this.events = events;
    this.deck = null;
    this.ahead = null;
    this.isPlaying = false;
    this.isSeekable = true;
    this.level = 1;
    this.mode = 'album';
    this.elements = [];
    setInterval(() => this.tick(), TICK_MS);
  }

  // Made at the first sound: a browser lets nobody make noise before a person has clicked.
  open() {
    if (this.context) return;
    this.context = new AudioContext({ latencyHint: 'playback' });
    this.out = this.context.createGain();
    this.out.gain.value = this.level;
    this.out.connect(this.context.destination);
  }

  lend() {
    let lent = this.elements.find((one) => one.isFree);
    if (!lent) {
      const element = new Audio();
      element.preload = 'auto';
      lent = { element, node: this.context.createMediaElementSource(element) };
      this.elements.push(lent);
    }
    lent.isFree = false;
    return lent;
  }

  async play(track, at = 0) {
    this.open();
    this.dropAhead();
    this.deck?.end();
    const deck = new StreamDeck(this.context, this.out, track, this.deckEvents(), this.lend());
    this.deck = deck;
    this.isSeekable = true;
    deck.setGain(gainOf(track, this.mode));
    deck.load(at);
    await this.resume();
  }

  async resume() {
    if (!this.deck) return;
    this.isPlaying = true;
    const deck = this.deck;
    try {
      await this.context.resume();
      await deck.play();
    } catch (error) {
      // Somebody else was quicker: another track, or a pause.
      if (error.name === 'AbortError' || this.deck !== deck) return;
      this.isPlaying = false;
      throw error;
    }
  }

  pause() {
    this.isPlaying = false;
    this.unjoin();
    this.deck?.pause();
  }

  stop() {
    this.isPlaying = false;
    this.dropAhead();
    this.deck?.end();
    this.deck = null;
  }

  seek(seconds) {
    this.unjoin();
    this.deck?.seek(seconds, { isSeekable: this.isSeekable });
  }

  get position() {
    return this.deck ? this.deck.position : 0;
  }

  get duration() {
    return this.deck ? this.deck.duration : 0;
  }

  setVolume(level) {
    this.level = level;
    if (this.context) this.out.gain.setTargetAtTime(level, this.context.currentTime, 0.015);
  }

  setGainMode(mode) {
    this.mode = mode;
    for (const deck of [this.deck, this.ahead?.deck]) deck?.setGain(gainOf(deck.track, mode));
  }

  // The queue became another one: what was made ready may not be next any more.
  queueChanged() {
    const next = this.events.next();
    if (this.ahead && this.ahead.track.id !== next?.id) this.dropAhead();
  }

  deckEvents() {
    return {
      ended: (deck) => deck === this.deck && this.onEnded(),
      failed: (deck) => deck === this.deck && this.explain(deck),
      waiting: (deck, is) => deck === this.deck && this.events.waiting(is),
      loaded: (deck) => deck === this.deck && this.events.loaded(deck.track),
    };
  }

  tick() {
    const { deck } = this;
    if (!deck || !this.isPlaying) return;
    this.events.tick(deck.position, deck.duration);
    const left = deck.duration - deck.position;
    if (!this.ahead && left < AHEAD_SECONDS) this.prepare();
    if (this.ahead?.make && !this.ahead.deck && left < JOIN_SECONDS && left > 0) this.join();
  }

  // Fetch and decode what comes next, while this one plays.
  async prepare() {
    const track = this.events.next();
    const ahead = { track: track || { id: null }, controller: new AbortController() };
    this.ahead = ahead;
    if (!track) return;
    try {
      const { signal } = ahead.controller;
      const make = await (track.duration_seconds > BUFFER_SECONDS_MAX ? this.makeLong(track, signal) : this.makeWhole(track, signal));
      if (this.ahead === ahead) ahead.make = make;
    } catch (error) {
      // It streams then, when its turn has come, and says what is wrong if that fails too.
      if (error.name !== 'AbortError') ahead.error = error;
    }
  }

  async makeWhole(track, signal) {
    const answer = await fetch(audioPath(track.id), { signal });
    if (!answer.ok) throw await problemOf(answer);
    const buffer = await this.context.decodeAudioData(await answer.arrayBuffer());
    return () => new BufferDeck(this.context, this.out, track, this.deckEvents(), buffer);
  }

  async makeLong(track, signal) {
    const { fetchHead, LongDeck } = await import('./long.js');
    const head = await fetchHead(this.context, track, signal);
    return () => new LongDeck(this.context, this.out, track, this.deckEvents(), this.lend(), head);
  }

  join() {
    const { ahead } = this;
    const deck = ahead.make();
    deck.gain.gain.value = gainOf(ahead.track, this.mode);
    ahead.deck = deck;
    deck.play(this.deck.endsAt());
  }

  // What was placed on the clock is taken off it again: a pause, a jump, another queue.
  unjoin() {
    this.ahead?.deck?.end();
    if (this.ahead) this.ahead.deck = null;
  }

  dropAhead() {
    this.unjoin();
    this.ahead?.controller.abort();
    this.ahead = null;
  }

  onEnded() {
    const joined = this.ahead?.deck;
    this.events.tick(this.deck.duration, this.deck.duration);
    if (!joined) {
      const { ahead } = this;
      this.events.ended(null);
      if (this.ahead === ahead) this.ahead = null;
      return;
    }
    joined.hasten();
    this.deck.end();
    this.deck = joined;
    this.ahead = null;
    this.isSeekable = true;
    this.events.ended(joined.track);
  }

  async explain(deck) {
    const problem = await whyNot(audioPath(deck.track.id));
    if (deck === this.deck) this.events.failed(problem);
  }
}
