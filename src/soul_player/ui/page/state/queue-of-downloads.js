// The queue of downloads: read when it changes, while each file's progress comes with the events.
import { api } from '../api.js';
import { signal, useEffect } from '../dom.js';
import { on, readStatus, settled } from './live.js';
import { settings } from './sync.js';
import { readTracks } from './tracks.js';

const READ_MAX = 1_000;
// Pictures are shown of what stands first.
const PICTURED = 60;
// How fast, over this long.
const MEASURED_MS = 4_000;

class Queue {
  constructor() {
    this.rows = signal(null);
    this.counts = signal({ pending: 0, active: 0, failed: 0 });
    this.progress = signal(new Map());
    this.read = settled(() => this.now().catch((error) => console.warn(error.message)), 500);
    this.samples = new Map();
    this.asked = 0;
    this.answered = 0;
  }

  async now() {
    const mine = (this.asked += 1);
    const { downloads, ...counts } = await api.get('/api/downloads', { limit: READ_MAX });
    // A later answer came first: this one is older.
    if (mine < this.answered) return;
    this.answered = mine;
    this.rows.value = downloads;
    this.counts.value = counts;
    readTracks(downloads.slice(0, PICTURED).map((row) => row.track_id)).catch((error) => console.warn(error.message));
    const known = new Set(downloads.map((row) => row.id));
    for (const id of this.samples.keys()) if (!known.has(id)) this.samples.delete(id);
  }

  hear({ task_id: id, bytes_done: done, bytes_total: total, resumed_bytes: resumed }) {
    const now = performance.now();
    const samples = (this.samples.get(id) || []).filter(([at]) => now - at < MEASURED_MS);
    this.samples.set(id, [...samples, [now, done]]);
    this.progress.value = new Map(this.progress.value).set(id, { bytes_done: done, bytes_total: total, ...(resumed === undefined ? {} : { resumed_bytes: resumed }) });
  }

  rateOf(id) {
    const samples = (this.samples.get(id) || []).filter(([at]) => performance.now() - at < MEASURED_MS);
    if (samples.length < 2) return 0;
    const [[since, before], [until, after]] = [samples[0], samples.at(-1)];
    return until > since ? Math.max(0, ((after - before) * 1_000) / (until - since)) : 0;
  }

  async act(work) {
    await work();
    await this.now();
    readStatus();
  }
}

export const queue = new Queue();
const isActive = (row) => row.state === 'active';

// Rows with what the events say of them, and how fast all of it is.
export function useQueue() {
  useEffect(() => {
    queue.read();
    const stopSettings = settings.begin();
    const stops = ['hello', 'missed', 'download_queued', 'download_finished', 'download_failed', 'connectivity_changed'].map((type) => on(type, queue.read));
    stops.push(on('download_progress', (event) => {
      queue.hear(event);
      if (!queue.rows.value?.some((row) => row.id === event.task_id && isActive(row))) queue.read();
    }));
    return () => [...stops, stopSettings].forEach((stop) => stop());
  }, []);
  const heard = queue.progress.value;
  const rows = queue.rows.value?.map((row) => {
    const isRunning = isActive(row);
    return isRunning ? { ...row, ...heard.get(row.id), isRunning, rate: queue.rateOf(row.id) } : row;
  });
  const rate = (rows || []).reduce((sum, row) => sum + (row.rate || 0), 0);
  const limit = Number(settings.value.value?.settings.find((one) => one.name === 'download_bytes_per_second')?.value) || 0;
  return { rows, counts: queue.counts.value, rate, limit };
}
