// A track that is too long to be decoded whole, and begins all the same exactly where the one before it ends: its head is
// placed on the clock as a short track is, the rest streams, and takes over where both play the same sample.
import { problemOf } from '../api.js';
import { audioPath, BufferDeck, StreamDeck } from './decks.js';

const HEAD_SECONDS = 20;
const HEAD_SECONDS_MIN = 8;
// A picture in front of the audio may be large; what is larger than this is not fetched for a head.
const HEAD_BYTES_MAX = 32 << 20;
const MOOV = 0x6d6f6f76;
const MDAT = 0x6d646174;
const TAGS_BYTES = 256 << 10;
// The stream is started so far into the track, and runs ahead of the head by a moment, which a delay then takes away.
const TAKEOVER_SECONDS = 3;
const LEAD_SECONDS = 0.15;
const LEAD_SECONDS_MAX = 0.3;
const FADE_SECONDS = 0.02;
const TRIES = 4;
// Where clocks say that it is, give or take this, the same sound is looked for.
const CLOCKS_SECONDS = 0.12;
const COMPARED = 2048;
const LIKE_MIN = 0.9;

const sleep = (seconds) => new Promise((done) => setTimeout(done, 1_000 * seconds));

// The beginning of a track, decoded; `buffer` null: the browser cannot decode a part of it.
export async function fetchHead(context, track, signal) {
  const path = audioPath(track.id);
  const answer = await fetch(path, { signal });
  if (!answer.ok) throw await problemOf(answer);
  const isSeekable = answer.headers.get('accept-ranges') === 'bytes';
  const size = Number(answer.headers.get('content-length')) || 0;
  const isMp4 = isSeekable && answer.headers.get('content-type').startsWith('audio/mp4');
  const reader = answer.body.getReader();
  const pieces = [];
  let got = 0;
  let wanted = Math.ceil((size * HEAD_SECONDS) / track.duration_seconds) + TAGS_BYTES;
  try {
    while (true) {
      let isOver = false;
      while (got < wanted && !isOver) {
        const { value, done } = await reader.read();
        isOver = done;
        if (value) pieces.push(value);
        got += value?.length || 0;
      }
      // The whole would be decoded whole.
      if (isOver) return { buffer: null, isSeekable };
      const bytes = new Uint8Array(await new Blob(pieces).slice(0, wanted).arrayBuffer());
      const head = isMp4 ? await withIndex(bytes, size, path, signal) : bytes;
      const buffer = await context.decodeAudioData(head.buffer).catch(() => null);
      if (buffer?.duration > HEAD_SECONDS_MIN) return { buffer, isSeekable };
      if (wanted >= HEAD_BYTES_MAX) return { buffer: null, isSeekable };
      wanted = Math.min(4 * wanted, HEAD_BYTES_MAX);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// MP4 often has its index at the end, and is nothing without it: it is put behind what there is of the audio.
async function withIndex(bytes, size, path, signal) {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 16 <= bytes.length; ) {
    const told = view.getUint32(at);
    const length = told === 1 ? Number(view.getBigUint64(at + 8)) : told;
    const name = view.getUint32(at + 4);
    if (name === MOOV || length < 8) return bytes;
    if (name === MDAT && told !== 1 && at + length < size && at + length > bytes.length) {
      const rest = await fetch(path, { headers: { range: `bytes=${at + length}-` }, signal });
      if (rest.status !== 206 || size - at - length > HEAD_BYTES_MAX) return bytes;
      view.setUint32(at, bytes.length - at);
      return new Uint8Array(await new Blob([bytes, await rest.arrayBuffer()]).arrayBuffer());
    }
    at += length;
  }
  return bytes;
}

// By how many samples `ahead` runs before `sound`, near where it is expected; null: they are not alike there.
export function shift(sound, ahead, expected, within) {
  const first = Math.max(0, expected - within);
  const last = Math.min(expected + within, sound.length - COMPARED - 1);
  let energy = 0;
  let energyAhead = 0;
  for (let at = 0; at < COMPARED; at += 1) {
    energy += sound[first + at] ** 2;
    energyAhead += ahead[at] ** 2;
  }
  let best = { lag: null, like: LIKE_MIN };
  for (let lag = first; lag <= last; lag += 1) {
    let sum = 0;
    for (let at = 0; at < COMPARED; at += 1) sum += sound[at + lag] * ahead[at];
    const like = sum / Math.sqrt(energy * energyAhead || 1);
    if (like > best.like) best = { lag, like };
    energy += sound[lag + COMPARED] ** 2 - sound[lag] ** 2;
  }
  return best.lag;
}

export class LongDeck extends StreamDeck {
  constructor(context, out, track, events, lent, { buffer, isSeekable }) {
    // Until the stream has taken over nobody is to hear of it.
    const quiet = {
      ...events,
      waiting: (deck, is) => !this.head && events.waiting(deck, is),
      failed: (deck, error) => !this.head && events.failed(deck, error),
      ended: (deck) => setTimeout(() => events.ended(deck), 1_000 * this.late),
    };
    super(context, out, track, quiet, lent);
    this.late = 0;
    this.delay = context.createDelay(1);
    this.rest = context.createGain();
    lent.node.disconnect();
    lent.node.connect(this.delay).connect(this.rest).connect(this.gain);
    if (isSeekable) this.load(buffer ? TAKEOVER_SECONDS : 0);
    else this.loadAnew(buffer ? TAKEOVER_SECONDS : 0);
    if (!buffer) return;
    this.rest.gain.value = 0;
    this.head = new BufferDeck(context, this.gain, track, { ended: () => this.settle() }, buffer);
  }

  get position() {
    return this.head ? this.head.position : Math.max(0, super.position - this.late);
  }

  async play(at = this.context.currentTime) {
    if (this.head) {
      await this.head.play(at);
      this.takeOver();
      return;
    }
    const wait = at - this.context.currentTime;
    if (wait > 0) await sleep(wait);
    if (!this.isOver) await super.play();
  }

  hasten() {
    this.head?.hasten();
  }

  pause() {
    this.settle({ isPaused: true });
    super.pause();
  }

  seek(seconds, options) {
    this.settle();
    super.seek(seconds, options);
  }

  end() {
    this.isOver = true;
    this.head?.end();
    this.head = null;
    this.delay.disconnect();
    this.rest.disconnect();
    super.end();
  }

  // From here on the stream alone is heard, from where the head was.
  settle({ isPaused = false } = {}) {
    if (!this.head) return;
    const at = this.head.position;
    this.head.end();
    this.head = null;
    this.late = 0;
    this.delay.delayTime.value = 0;
    this.rest.gain.cancelScheduledValues(0);
    this.rest.gain.value = 1;
    if (this.element.error) this.events.failed(this, this.element.error);
    else if (Math.abs(this.element.currentTime + this.start - at) > LEAD_SECONDS_MAX || isPaused) super.seek(at, { isSeekable: this.start === 0 });
    if (!isPaused) this.element.play().catch(() => {});
  }

  async takeOver() {
    const { head } = this;
    const goesOn = () => this.head === head && !this.isOver;
    for (let tries = 0; goesOn() && tries < TRIES; tries += 1) {
      if (tries) {
        this.element.pause();
        this.element.currentTime = head.position + LEAD_SECONDS + tries / 2 - this.start;
      }
      while (goesOn() && (this.element.seeking || this.element.readyState < 3)) await sleep(0.02);
      const wait = () => super.position - head.position - LEAD_SECONDS;
      if (wait() < -LEAD_SECONDS / 2) continue;
      while (goesOn() && wait() > 0) await sleep(Math.max(0.005, wait()));
      if (!goesOn()) return;
      await this.element.play().catch(() => {});
      const late = await this.measured(head);
      if (late !== null && goesOn()) {
        this.fade(head, late);
        return;
      }
    }
  }

  // How far the stream is ahead of the head: by the clocks, and then by the sound itself; null: it is not, or too far.
  async measured(head) {
    const rate = this.context.sampleRate;
    const taps = [head.gain, this.lent.node].map((node) => {
      const tap = this.context.createAnalyser();
      tap.fftSize = 32_768;
      node.connect(tap);
      return { node, tap, samples: new Float32Array(tap.fftSize) };
    });
    const found = [];
    // Between the two readings the sound may move on by a piece: of three, the middle one.
    for (let times = 0; times < 3 && this.head === head; times += 1) {
      await sleep(times ? 0.1 : 0.75);
      const byClock = super.position - head.position;
      for (const { tap, samples } of taps) tap.getFloatTimeDomainData(samples);
      const [sound, ahead] = taps.map(({ samples }) => samples);
      const lag = byClock > 0 ? shift(sound, ahead, Math.round(byClock * rate), Math.round(CLOCKS_SECONDS * rate)) : null;
      found.push(lag === null ? byClock : lag / rate);
    }
    for (const { node, tap } of taps) {
      try {
        node.disconnect(tap);
      } catch {
        // The track was left meanwhile, and everything let go of.
      }
    }
    const late = found.sort((one, other) => one - other)[1];
    return late > 0 && late < LEAD_SECONDS_MAX ? late : null;
  }

  fade(head, late) {
    this.delay.delayTime.value = late;
    this.late = late;
    const at = this.context.currentTime + late + 0.05;
    head.gain.gain.setValueAtTime(1, at);
    head.gain.gain.linearRampToValueAtTime(0, at + FADE_SECONDS);
    this.rest.gain.setValueAtTime(0, at);
    this.rest.gain.linearRampToValueAtTime(1, at + FADE_SECONDS);
    setTimeout(() => {
      if (this.head !== head) return;
      head.end();
      this.head = null;
    }, 1_000 * (late + 0.05 + FADE_SECONDS + 0.1));
  }
}
