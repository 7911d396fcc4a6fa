// Asking for tracks to be kept on this device, and letting them go; how much of an album or a playlist is here.
import { api } from '../api.js';
import { toast } from '../parts/toasts.js';
import { isOffline, knownTrack, readTracks } from './tracks.js';
import { downloads as words } from '../words.js';

const AT_ONCE = 100;

const quoted = (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

// What is asked for is remembered by its query: these say in a person's words what was meant.
export const queries = {
  album: (album) => `album:=${quoted(album.title)}${album.artist ? ` album_artist:=${quoted(album.artist)}, album:=${quoted(album.title)} artist:=${quoted(album.artist)}` : ''}`,
  playlist: (playlist) => `playlist:=${quoted(playlist.name)}`,
  artist: (artist) => `album_artist:=${quoted(artist.name)}, artist:=${quoted(artist.name)}`,
};

// A few tracks at a time by their ids, where no query names them.
function queriesOf(ids, query) {
  if (query) return [query];
  const found = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) found.push(ids.slice(at, at + AT_ONCE).map((id) => `id:${id}`).join(', '));
  return found;
}

export async function downloadTracks(ids, query) {
  let queued = 0;
  for (const part of queriesOf(ids, query)) queued += (await api.post('/api/downloads', { query: part })).queued;
  toast(words.started(queued));
  await readTracks(ids);
}

// What came by itself, and would make room one day, stays from here on.
export async function keepTracks(ids) {
  for (const part of queriesOf(ids)) await api.post('/api/downloads', { query: part, keeps_only: true });
  toast(words.kept);
}

export async function removeDownloads(ids, query) {
  for (const part of queriesOf(ids, query)) await api.post('/api/downloads/let-go', { query: part });
  await readTracks(ids);
}

export async function cancelDownloads(ids) {
  const tasks = ids.map((id) => knownTrack(id)?.download?.id).filter(Boolean);
  if (tasks.length) await api.post('/api/downloads/cancel', { ids: tasks });
  await readTracks(ids);
}

// How the tracks of an album or a playlist stand: all here, some on their way, or to be asked for.
export function standing(ids) {
  const rows = ids.map(knownTrack).filter(Boolean);
  const here = rows.filter(isOffline).length;
  const local = rows.filter((row) => row.status === 'local_file').length;
  const coming = rows.filter((row) => !isOffline(row) && row.download && row.download.state !== 'failed').length;
  return { all: ids.length, known: rows.length, here, local, coming, missing: rows.length - here - coming };
}
