// What plays one track. Two kinds, with one face: an element that streams at once, and a buffer whose every sample is
// placed on the clock of the audio device, so that it begins exactly where the track before it ends.
import { Problem, problemOf } from '../api.js';

export const audioPath = (id, start) => `/api/tracks/${id}/audio${start ? `?start_seconds=${start.toFixed(3)}` : ''}`;

// Why an element cannot play is not told to it: the same bytes are asked for once more, for the words.
export async function whyNot(path) {
  try {
    const answer = await fetch(path, { headers: { range: 'bytes=0-0' }, signal: AbortSignal.timeout(15_000) });
    if (!answer.ok) return problemOf(answer);
    await answer.body?.cancel();
    return new Error('the browser cannot decode it');
  } catch {
    return new Problem(0, { code: 'not_running' });
  }
}

class Deck {
  constructor(context, out, track, events) {
    this.context = context;
    this.track = track;
    this.events = events;
    this.gain = context.createGain();
    this.gain.connect(out);
  }

  setGain(value) {
    this.gain.gain.setTargetAtTime(value, this.context.currentTime, 0.01);
  }
}

// Streams: it plays as soon as the first bytes are here. `element` is lent by the engine and used again afterwards.
export class StreamDeck extends Deck {
  constructor(context, out, track, events, lent) {
    super(context, out, track, events);
    this.element = lent.element;
    this.lent = lent;
    lent.node.connect(this.gain);
    this.start = 0;
    this.handlers = {
      ended: () => events.ended(this),
      error: () => this.element.src && events.failed(this, this.element.error),
      waiting: () => events.waiting(this, true),
      playing: () => events.waiting(this, false),
      loadedmetadata: () => events.loaded(this),
    };
    for (const [name, handler] of Object.entries(this.handlers)) this.element.addEventListener(name, handler);
  }

  load(at = 0) {
    this.start = 0;
    this.element.src = audioPath(this.track.id);
    if (at > 0) this.element.currentTime = at;
  }

  get position() {
    return this.start + this.element.currentTime;
  }

  get duration() {
    const told = this.element.duration;
    return Number.isFinite(told) && told > 0 ? this.start + told : this.track.duration_seconds;
  }

  play() {
    return this.element.play();
  }

  pause() {
    this.element.pause();
  }

  // What is still being made cannot be sought in by the byte: it begins anew at that second.
  seek(seconds, { isSeekable = true } = {}) {
    if (isSeekable) {
      this.element.currentTime = Math.max(0, seconds - this.start);
      return;
    }
    const wasPlaying = !this.element.paused;
    this.loadAnew(seconds);
    if (wasPlaying) this.element.play().catch(() => {});
  }

  loadAnew(seconds) {
    this.start = seconds;
    this.element.src = audioPath(this.track.id, seconds);
  }

  // When it ends by the clock of the audio device, if it goes on as it does.
  endsAt() {
    return this.context.currentTime + (this.duration - this.position);
  }

  end() {
    for (const [name, handler] of Object.entries(this.handlers)) this.element.removeEventListener(name, handler);
    this.element.pause();
    this.element.removeAttribute('src');
    this.element.load();
    this.lent.node.disconnect();
    this.gain.disconnect();
    this.lent.isFree = true;
  }
}

export class BufferDeck extends Deck {
  constructor(context, out, track, events, buffer) {
    super(context, out, track, events);
    this.buffer = buffer;
    this.offset = 0;
    this.startedAt = null;
    this.source = null;
  }

  get duration() {
    return this.buffer.duration;
  }

  get position() {
    if (this.startedAt === null) return this.offset;
    return Math.min(this.duration, this.offset + Math.max(0, this.context.currentTime - this.startedAt));
  }

  // `at`: a time of the audio clock; now if it is left out.
  async play(at = this.context.currentTime) {
    if (this.source) return;
    const source = this.context.createBufferSource();
    source.buffer = this.buffer;
    source.connect(this.gain);
    source.onended = () => this.source === source && this.events.ended(this);
    this.startedAt = Math.max(at, this.context.currentTime);
    source.start(this.startedAt, this.offset);
    this.source = source;
  }

  pause() {
    this.offset = this.position;
    this.startedAt = null;
    const source = this.source;
    this.source = null;
    source?.stop();
    source?.disconnect();
  }

  seek(seconds) {
    const wasPlaying = Boolean(this.source);
    this.pause();
    this.offset = Math.min(Math.max(0, seconds), this.duration);
    if (wasPlaying) this.play();
  }

  // The track before it is over already: it did not last as long as it said.
  hasten() {
    if (this.startedAt === null || this.startedAt < this.context.currentTime + 0.02) return;
    this.pause();
    this.play();
  }

  endsAt() {
    return this.startedAt === null ? Infinity : this.startedAt + this.duration - this.offset;
  }

  end() {
    this.pause();
    this.gain.disconnect();
  }
}

// ReplayGain as a factor: never so much that the loudest sample would be cut off.
export function gainOf(track, mode) {
  const told = track.replaygain;
  if (!told || mode === 'off') return 1;
  const isAlbum = mode === 'album' && told.album_gain_db !== null && told.album_gain_db !== undefined;
  const db = isAlbum ? told.album_gain_db : (told.track_gain_db ?? told.album_gain_db);
  const peak = isAlbum ? told.album_peak : told.track_peak;
  if (db === null || db === undefined) return 1;
  const factor = 10 ** (db / 20);
  return peak ? Math.min(factor, 1 / peak) : factor;
}

export function gainDb(track, mode) {
  const told = track?.replaygain;
  if (!told || mode === 'off') return null;
  return (mode === 'album' ? (told.album_gain_db ?? told.track_gain_db) : (told.track_gain_db ?? told.album_gain_db)) ?? null;
}
