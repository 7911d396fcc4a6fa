// Asking for tracks to be kept on this device, and letting them go; how much of an album or a playlist is here.
import { api } from '../api.js';
import { downloads as words } from '../words-more.js';
import { toast } from '../parts/toasts.js';
import { isOffline, knownTrack, readTracks } from './tracks.js';

const AT_ONCE = 100;

// Ids as a query of the library: what is asked for is remembered by it.
const queryOf = (ids) => ids.map((id) => `id:${id}`).join(' , ');

function parts(ids) {
  const found = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) found.push(ids.slice(at, at + AT_ONCE));
  return found;
}

export async function downloadTracks(ids, name) {
  let queued = 0;
  for (const part of parts(ids)) {
    const asked = await api.post('/api/downloads', { query: queryOf(part), name });
    queued += asked.queued ?? part.length;
  }
  toast(words.started(queued));
  await readTracks(ids.slice(0, AT_ONCE));
}

export async function removeDownloads(ids) {
  for (const part of parts(ids)) await api.post('/api/downloads/let-go', { query: queryOf(part) });
  await readTracks(ids.slice(0, AT_ONCE));
}

export async function cancelDownloads(ids) {
  const tasks = ids.map((id) => knownTrack(id)?.download?.id).filter(Boolean);
  if (tasks.length) await api.post('/api/downloads/cancel', { ids: tasks });
  await readTracks(ids.slice(0, AT_ONCE));
}

// How the tracks of an album or a playlist stand: all here, some on their way, or to be asked for.
export function standing(ids) {
  const rows = ids.map(knownTrack).filter(Boolean);
  const here = rows.filter(isOffline).length;
  const local = rows.filter((row) => row.status === 'local_file').length;
  const coming = rows.filter((row) => !isOffline(row) && row.download && row.download.state !== 'failed').length;
  return { all: ids.length, known: rows.length, here, local, coming, missing: rows.length - here - coming };
}
