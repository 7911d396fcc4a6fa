// How syncs, decisions and sources are: read when a screen wants it, and again with every event that changes it.
import { api } from '../api.js';
import { signal, useEffect } from '../dom.js';
import { on, settled } from './live.js';

// Something that is read from one path, for as long as a screen shows it.
class Reading {
  constructor(path, events, apartMs) {
    this.path = path;
    this.events = events;
    this.value = signal(null);
    this.error = signal(null);
    // The number of the last question, and of the one whose answer is shown.
    this.asked = 0;
    this.answered = 0;
    this.shown = 0;
    this.read = settled(() => this.now(), apartMs);
  }

  async now() {
    const mine = (this.asked += 1);
    const [found, error] = await api.get(this.path).then((answer) => [answer, null], (failure) => [this.value.value, failure]);
    // A later answer came first: this one is older.
    if (mine < this.answered) return;
    this.answered = mine;
    this.value.value = found;
    this.error.value = error;
  }

  begin() {
    this.shown += 1;
    if (this.shown > 1) return () => this.end();
    this.read();
    this.stops = this.events.map((type) => on(type, this.read));
    return () => this.end();
  }

  end() {
    this.shown -= 1;
    if (this.shown === 0) for (const stop of this.stops) stop();
  }
}

const ALWAYS = ['hello', 'missed'];
const SYNCS = [...ALWAYS, 'sync_started', 'sync_progress', 'sync_retrying', 'sync_finished', 'connectivity_changed', 'source_online', 'source_offline'];

export const syncState = new Reading('/api/sync', [...SYNCS, 'matching_progress', 'matching_finished', 'download_queued', 'download_finished'], 400);
export const questions = new Reading('/api/questions', [...ALWAYS, 'sync_finished', 'matching_finished', 'library_changed', 'library_edited'], 1_000);
export const waitingEdits = new Reading('/api/waiting-edits', [...ALWAYS, 'sync_finished', 'library_changed', 'library_edited'], 600);
export const failedEdits = new Reading('/api/failed-edits', [...ALWAYS, 'sync_finished', 'library_changed', 'library_edited'], 1_000);
export const sourceList = new Reading('/api/sources', [...SYNCS, 'library_changed', 'library_edited'], 600);
export const rules = new Reading('/api/rules', [...ALWAYS, 'download_queued', 'sync_finished'], 1_000);
export const storage = new Reading('/api/storage', [...ALWAYS, 'download_finished'], 1_000);
export const settings = new Reading('/api/settings', ALWAYS, 500);

// `const { sources } = useReading(sourceList) || {}`: null until it was read.
export function useReading(reading) {
  useEffect(() => reading.begin(), [reading]);
  return reading.value.value;
}
