// Rows of recordings, known by id; and lists of them.
import { api } from '../api.js';
import { batch, computed, signal } from '../dom.js';
import { BLOCK, List } from './lists.js';
import { on, settled, status } from './live.js';

const KNOWN_MAX = 4_000;

const known = new Map();
// Goes up when a row changed: rows that are shown draw themselves again.
export const rowTick = signal(0);

export const knownTrack = (id) => known.get(id);

export function learn(rows) {
  for (const row of rows) {
    if (!row) continue;
    known.delete(row.id);
    known.set(row.id, row);
  }
  for (const id of known.keys()) {
    if (known.size <= KNOWN_MAX) break;
    known.delete(id);
  }
  rowTick.value += 1;
}

function change(id, values) {
  const row = known.get(id);
  if (row) {
    known.set(id, { ...row, ...values });
    rowTick.value += 1;
  }
}

export async function readTracks(ids) {
  const wanted = [...new Set(ids)];
  for (let at = 0; at < wanted.length; at += BLOCK) {
    learn((await api.get('/api/lists/by-id', { ids: wanted.slice(at, at + BLOCK).join(',') })).tracks);
  }
}

export async function trackOf(id) {
  if (!known.has(id)) await readTracks([id]);
  return known.get(id);
}

// Its rows are known by their ids.
class TrackList extends List {
  at(place) {
    const id = this.ids.get(place);
    return id === undefined ? undefined : known.get(id);
  }
}

// Any part of the library in any order; `filter` is what /api/lists/tracks takes.
export class LibraryList extends TrackList {
  constructor(filter) {
    super();
    this.filter = filter;
    this.version = 0;
  }

  async fetchBlock(block) {
    const found = await api.get('/api/lists/tracks', { ...this.filter, first: block * BLOCK, count: BLOCK });
    if (this.isOver) return;
    batch(() => {
      if (found.version !== this.version) {
        // It became another list: what was read of the old one is no part of it.
        this.version = found.version;
        this.ids.clear();
        this.fresh = new Set([block]);
      }
      learn(found.tracks);
      found.tracks.forEach((row, place) => row && this.ids.set(found.first + place, row.id));
      this.total.value = found.total;
      this.tick.value += 1;
    });
    this.want(...this.sight);
  }

  async allIds() {
    return (await api.get('/api/lists/ids', this.filter)).ids;
  }

  async placeOf(track) {
    return (await api.get('/api/lists/place', { ...this.filter, track })).place;
  }
}

// Tracks whose ids are known already: an album, a playlist, what was found, a queue.
export class FixedList extends TrackList {
  constructor(ids) {
    super();
    this.set(ids);
  }

  set(ids) {
    this.all = ids;
    this.ids = new Map(ids.map((id, place) => [place, id]));
    this.growOld();
    batch(() => {
      this.total.value = ids.length;
      this.tick.value += 1;
    });
    this.want(...this.sight);
  }

  async fetchBlock(block) {
    const ids = this.all.slice(block * BLOCK, (block + 1) * BLOCK).filter((id) => id !== null);
    if (ids.length) await readTracks(ids);
    if (!this.isOver) this.tick.value += 1;
  }

  async allIds() {
    return this.all.filter((id) => id !== null);
  }

  async placeOf(track) {
    const place = this.all.indexOf(track);
    return place < 0 ? null : place;
  }
}

// Sources that cannot give anything now, by id -> name.
const away = computed(() => {
  const found = new Map();
  for (const source of status.value?.sources || []) {
    if (!source.is_online || source.needs_sign_in || status.value.works_offline) found.set(source.id, source.name);
  }
  return found;
});

// Where a track is: one of words.where, with how far a download is, and whose being away makes it silent.
export function whereIs(row) {
  if (row.status === 'local_file' || row.status === 'cached') return { state: row.status };
  const download = row.download;
  if (download?.state === 'active') {
    return { state: 'percent', percent: download.bytes_total ? Math.floor((100 * download.bytes_done) / download.bytes_total) : 0 };
  }
  if (download?.state === 'failed') return { state: 'failed' };
  if (download) return { state: 'queued' };
  if (row.status === 'stream_only') {
    const names = row.sources.map((id) => away.value.get(id)).filter(Boolean);
    if (row.sources.length === 0 || names.length === row.sources.length) return { state: 'unavailable', names };
    return { state: 'stream_only' };
  }
  return { state: 'unavailable', names: [] };
}

export const canPlay = (row) => whereIs(row).state !== 'unavailable' && isReachable(row);
export const isOffline = (row) => row.status === 'local_file' || row.status === 'cached';

function isReachable(row) {
  return isOffline(row) || row.sources.some((id) => !away.value.has(id));
}

const stale = new Set();
const readStale = settled(async () => {
  const ids = [...stale];
  stale.clear();
  try {
    await readTracks(ids);
  } catch {
    // The next event of these tracks asks again.
  }
}, 300);

function again(id) {
  if (known.has(id)) {
    stale.add(id);
    readStale();
  }
}

on('download_progress', (event) => {
  const row = known.get(event.track_id);
  if (!row) return;
  change(event.track_id, {
    download: { id: event.task_id, state: 'active', bytes_done: event.bytes_done, bytes_total: event.bytes_total },
  });
});
on('download_finished', (event) => again(event.track_id));
on('download_failed', (event) => again(event.track_id));
on('download_queued', () => [...known.keys()].slice(-2 * BLOCK).forEach(again));

export async function setFavourite(row, isFavourite = !row.is_favourite) {
  change(row.id, { is_favourite: isFavourite });
  try {
    await api.put(`/api/tracks/${row.id}/favourite`, { is_favourite: isFavourite });
  } catch (error) {
    change(row.id, { is_favourite: !isFavourite });
    throw error;
  }
}
