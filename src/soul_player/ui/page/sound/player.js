// The player: what is heard, what comes next, and where it was left. Screens read its signals and call its verbs.
import { api } from '../api.js';
import { toast, trouble } from '../parts/toasts.js';
import { batch, computed, effect, signal, untracked } from '../dom.js';
import { isMuted, replayGain, volume } from '../state/kept.js';
import { knownTrack, readTracks, rowTick, trackOf } from '../state/tracks.js';
import { player as words } from '../words.js';
import { Engine } from './engine.js';
import { readKept, tellPlay, writePlace, writeQueue } from './memory.js';
import { nextPlayable, readAhead, whenBack } from './playable.js';
import { EMPTY, goneBack, inOrder, jumped, moved, shuffled, started, upcoming, withAdded, without } from './queue.js';

const PLACE_MS = 5_000;
const PREVIOUS_SECONDS = 3;
const FAILURES_MAX = 3;

export const queue = signal(EMPTY);
export const isPlaying = signal(false);
export const isWaiting = signal(false);
export const position = signal(0);
export const duration = signal(0);
export const heard = signal(null);
export const current = computed(() => (rowTick.value, queue.value.track_id === null ? null : knownTrack(queue.value.track_id)));
export const next = computed(() => upcoming(queue.value));

const tabs = new BroadcastChannel('soul-player');
let isLoaded = false;
let failures = 0;
let heardSeconds = 0;
let lastPosition = 0;
let placedAt = 0;

const engine = new Engine({
  tick: onTick,
  waiting: (is) => (isWaiting.value = is),
  loaded: readHeard,
  failed: onFailed,
  ended: onEnded,
  next: () => {
    const found = nextPlayable(queue.value);
    return found ? knownTrack(found.queue.track_id) : null;
  },
});

effect(() => engine.setVolume(isMuted.value ? 0 : volume.value ** 2));
effect(() => engine.setGainMode(replayGain.value));

function onTick(now, all) {
  const step = now - lastPosition;
  // What was jumped over was not heard.
  if (step > 0 && step < 2) heardSeconds += step;
  lastPosition = now;
  position.value = now;
  duration.value = all;
  if (performance.now() - placedAt > PLACE_MS) keepPlace();
}

function keepPlace() {
  placedAt = performance.now();
  writePlace(current.value, position.value);
}

function tellHeard() {
  tellPlay(current.value, heardSeconds, heard.value);
  heardSeconds = 0;
}

function setQueue(changed) {
  queue.value = changed;
  engine.queueChanged();
  writeQueue(changed);
  readAhead(changed);
}

async function readHeard(track, again = true) {
  try {
    const told = await api.get(`/api/tracks/${track.id}/heard`);
    if (current.value?.id !== track.id) return;
    heard.value = told;
    engine.isSeekable = told.is_seekable;
  } catch {
    if (again) setTimeout(() => readHeard(track, false), 1_000);
  }
}

async function start(changed, at = 0) {
  tellHeard();
  const track = await trackOf(changed.track_id);
  batch(() => {
    setQueue(changed);
    position.value = at;
    duration.value = track?.duration_seconds ?? 0;
    heard.value = null;
  });
  lastPosition = at;
  if (!track) return;
  isLoaded = true;
  isPlaying.value = true;
  tabs.postMessage('playing');
  try {
    await engine.play(track, at);
  } catch (error) {
    isPlaying.value = false;
    if (error.name === 'NotAllowedError') toast(words.refused, { label: words.play, run: toggle }, { icon: 'volume' });
    else if (error.name !== 'NotSupportedError') trouble(error);
  }
}

function onEnded(joined) {
  failures = 0;
  const found = nextPlayable(queue.value);
  if (joined && found?.queue.track_id === joined.id) {
    tellHeard();
    batch(() => {
      setQueue(found.queue);
      position.value = 0;
      duration.value = joined.duration_seconds;
    });
    lastPosition = 0;
    readHeard(joined);
    return;
  }
  if (found) start(found.queue).catch(trouble);
  else finish();
}

function silence() {
  engine.stop();
  isLoaded = false;
  isPlaying.value = false;
}

function finish() {
  tellHeard();
  silence();
  position.value = 0;
  keepPlace();
}

function onFailed(problem) {
  const track = current.value;
  if (problem.code === 'not_running') {
    // Nothing is wrong with the track: it waits where it is, and goes on when the client is back.
    silence();
    whenBack(() => !isPlaying.value && toggle());
    return;
  }
  if (track) toast(words.failed(track.title, problem.message), undefined, { icon: 'warn' });
  failures += 1;
  const found = failures < FAILURES_MAX ? nextPlayable(queue.value, { isByHand: true }) : null;
  if (found && found.queue.track_id !== track?.id) start(found.queue).catch(trouble);
  else silence();
}

// What people do -------------------------------------------------------------------------------------------------------

export async function playList(ids, place = 0, from = null, expected = ids[place]) {
  // The list may have become another one since it was drawn: what was clicked is what plays.
  const at = ids[place] === expected ? place : Math.max(0, ids.indexOf(expected));
  failures = 0;
  if (ids.length) await start(started(queue.value, ids, at, from));
}

export const playTracks = (ids, from) => playList(ids, 0, from).catch(trouble);

export async function playShuffled(ids, from) {
  if (!ids.length) return;
  failures = 0;
  const place = Math.floor(Math.random() * ids.length);
  await start(shuffled(inOrder(started({ ...queue.value, unshuffled: null }, ids, place, from))));
}

export function playNext(ids, { last = false } = {}) {
  if (queue.value.track_id === null) {
    playTracks(ids);
    return;
  }
  setQueue(withAdded(queue.value, ids, { last }));
}

export function toggle() {
  if (isPlaying.value) {
    isPlaying.value = false;
    engine.pause();
    keepPlace();
  } else if (isLoaded) {
    isPlaying.value = true;
    tabs.postMessage('playing');
    engine.resume().catch((error) => {
      isPlaying.value = false;
      trouble(error);
    });
  } else if (queue.value.track_id !== null) {
    start(queue.value, position.value).catch(trouble);
  }
}

export function step(by) {
  if (by < 0 && position.value > PREVIOUS_SECONDS) {
    seek(0);
    return;
  }
  const found = by > 0 ? nextPlayable(queue.value, { isByHand: true })?.queue : goneBack(queue.value);
  failures = 0;
  if (found) start(found).catch(trouble);
  else if (by < 0) seek(0);
}

export function seek(seconds) {
  const to = Math.min(Math.max(0, seconds), Math.max(0, duration.value - 0.05));
  lastPosition = to;
  position.value = to;
  if (isLoaded) engine.seek(to);
  keepPlace();
}

export const isShuffled = computed(() => queue.value.unshuffled !== null);
export const toggleShuffle = () => setQueue(isShuffled.value ? inOrder(queue.value) : shuffled(queue.value));
export const turnRepeat = () => setQueue({ ...queue.value, repeat: { off: 'all', all: 'one', one: 'off' }[queue.value.repeat] });
export const removeAt = (place) => setQueue(without(queue.value, place));
export const moveTo = (from, to) => setQueue(moved(queue.value, from, to));
export const jumpTo = (place) => start(jumped(queue.value, place)).catch(trouble);
export const clearAdded = () => setQueue({ ...queue.value, added: [] });
export const clearRest = () => setQueue({ ...queue.value, tracks: queue.value.tracks.slice(0, queue.value.at + 1), unshuffled: null });
export const clearQueue = () => (clearAdded(), clearRest());

export async function startPlayer() {
  tabs.onmessage = () => {
    if (untracked(() => isPlaying.value)) toggle();
  };
  addEventListener('pagehide', () => {
    keepPlace();
    if (isPlaying.value) tellHeard();
  });
  try {
    const kept = await readKept();
    if (queue.value.track_id !== null || !kept) return;
    await readTracks([kept.queue.track_id]);
    batch(() => {
      queue.value = kept.queue;
      position.value = kept.position_seconds;
      duration.value = current.value?.duration_seconds ?? 0;
    });
    readAhead(kept.queue);
  } catch (error) {
    trouble(error);
  }
}
