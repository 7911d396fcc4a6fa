// What the client remembers for the player: the queue, the place in a track, what was played.
import { api } from '../api.js';
import { readTracks } from '../state/tracks.js';

// Playing goes on without it: what could not be told now is told with the next change.
const quietly = (asked) => asked.catch((error) => console.warn(error.message));

let lastQueue = '';

export function writeQueue(queue) {
  const text = JSON.stringify(queue);
  if (text === lastQueue) return;
  lastQueue = text;
  quietly(api.put('/api/player/queue', queue));
}

export function writePlace(track, seconds) {
  if (track) quietly(api.put('/api/player/place', { track_id: track.id, position_seconds: seconds }, { keepalive: true }));
}

// Once, when a track is left: enough of it is a play.
export function tellPlay(track, seconds, heard) {
  if (!track || seconds <= 0) return;
  const play = { heard_seconds: seconds, source_id: heard?.source_id ?? null };
  quietly(api.post(`/api/tracks/${track.id}/plays`, play, { keepalive: true }).then(({ is_counted: isCounted }) => isCounted && readTracks([track.id])));
}

// What was played when the page was last open; null: nothing.
export async function readKept() {
  const kept = await api.get('/api/player');
  return kept.queue.track_id === null ? null : kept;
}
