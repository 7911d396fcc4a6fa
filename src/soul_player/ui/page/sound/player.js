// The player: what is heard, what comes next, and where it was left. Screens read its signals and call its verbs.
import { api } from '../api.js';
import { toast, trouble } from '../parts/toasts.js';
import { batch, computed, effect, signal, untracked } from '../dom.js';
import { isMuted, isOfflineOnly, replayGain, volume } from '../state/kept.js';
import { canPlay, isOffline, knownTrack, readTracks, rowTick, trackOf } from '../state/tracks.js';
import { player as words } from '../words.js';
import { Engine } from './engine.js';
import { advanced, EMPTY, goneBack, inOrder, jumped, moved, shuffled, started, upcoming, withAdded, without } from './queue.js';

const PLACE_MS = 5_000;
const PREVIOUS_SECONDS = 3;
// A list of which so many in a row cannot be played is given up for now.
const SKIPS_MAX = 200;
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

const mayPlay = (row) => canPlay(row) && (!isOfflineOnly.value || isOffline(row));

// The queue at the next track that can be played, with how many were passed over.
function nextPlayable(from, options) {
  let at = advanced(from, options);
  for (let skips = 0; at && skips < SKIPS_MAX; skips += 1) {
    const row = knownTrack(at.track_id);
    if (!row || mayPlay(row)) return { queue: at, skips };
    at = advanced(at, { isByHand: true });
  }
  return null;
}

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
  if (!current.value) return;
  api.put('/api/player/place', { track_id: current.value.id, position_seconds: position.value }, { keepalive: true }).catch(() => {});
}

// Once, when a track is left: enough of it is a play.
function tellPlay() {
  const track = current.value;
  if (track && heardSeconds > 0) {
    api.post(`/api/tracks/${track.id}/plays`, { heard_seconds: heardSeconds, source_id: heard.value?.source_id ?? null }, { keepalive: true })
      .then(({ is_counted: isCounted }) => isCounted && readTracks([track.id]))
      .catch(() => {});
  }
  heardSeconds = 0;
}

let lastKept = '';
function keepQueue(changed) {
  const text = JSON.stringify(changed);
  if (text === lastKept) return;
  lastKept = text;
  api.put('/api/player/queue', changed).catch(() => {});
}

function setQueue(changed) {
  queue.value = changed;
  engine.queueChanged();
  keepQueue(changed);
  readAhead();
}

// The rows of what comes next: whether they can be played has to be known before their turn.
async function readAhead() {
  const wanted = upcoming(queue.value).slice(0, 20).filter((id) => !knownTrack(id));
  if (wanted.length) await readTracks(wanted).catch(() => {});
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
  tellPlay();
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
    if (error.name === 'NotAllowedError') toast(words.refused, { label: words.play, run: toggle });
    else if (error.name !== 'NotSupportedError') trouble(error);
  }
}

function onEnded(joined) {
  failures = 0;
  const found = nextPlayable(queue.value);
  if (joined && found?.queue.track_id === joined.id) {
    tellPlay();
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

function finish() {
  tellPlay();
  engine.stop();
  isLoaded = false;
  isPlaying.value = false;
  position.value = 0;
  keepPlace();
}

function onFailed(problem) {
  const track = current.value;
  if (track) toast(words.failed(track.title, problem.message));
  failures += 1;
  const found = failures < FAILURES_MAX ? nextPlayable(queue.value, { isByHand: true }) : null;
  if (found && found.queue.track_id !== track?.id) start(found.queue).catch(trouble);
  else {
    engine.stop();
    isLoaded = false;
    isPlaying.value = false;
  }
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
export const clearQueue = () => setQueue({ ...clearedRest(), added: [] });
const clearedRest = () => ({ ...queue.value, tracks: queue.value.tracks.slice(0, queue.value.at + 1), unshuffled: null });

export async function startPlayer() {
  tabs.onmessage = () => {
    if (untracked(() => isPlaying.value)) toggle();
  };
  addEventListener('pagehide', () => {
    keepPlace();
    if (isPlaying.value) tellPlay();
  });
  try {
    const kept = await api.get('/api/player');
    if (queue.value.track_id !== null || kept.queue.track_id === null) return;
    await readTracks([kept.queue.track_id]);
    batch(() => {
      queue.value = kept.queue;
      position.value = kept.position_seconds;
      duration.value = current.value?.duration_seconds ?? 0;
    });
    readAhead();
  } catch (error) {
    trouble(error);
  }
}
