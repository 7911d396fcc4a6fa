// What of a queue can be played now: what no source can give, or is not on this device when only that is wanted, is
// passed over.
import { isOfflineOnly } from '../state/kept.js';
import { isConnected } from '../state/live.js';
import { canPlay, isOffline, knownTrack, readTracks } from '../state/tracks.js';
import { advanced, upcoming } from './queue.js';

// A list of which so many in a row cannot be played is given up for now.
const SKIPS_MAX = 200;

const mayPlay = (row) => canPlay(row) && (!isOfflineOnly.value || isOffline(row));

// The queue at the next track that can be played, with how many were passed over; null: there is none.
export function nextPlayable(queue, options) {
  let at = advanced(queue, options);
  for (let skips = 0; at && skips < SKIPS_MAX; skips += 1) {
    const row = knownTrack(at.track_id);
    if (!row || mayPlay(row)) return { queue: at, skips };
    at = advanced(at, { isByHand: true });
  }
  return null;
}

// The rows of what comes next: whether they can be played has to be known before their turn.
export async function readAhead(queue) {
  const wanted = upcoming(queue).slice(0, 20).filter((id) => !knownTrack(id));
  if (wanted.length) await readTracks(wanted).catch(() => {});
}

// Once the client answers again; that it does not, the socket may hear a moment later.
export function whenBack(run) {
  const look = () => (isConnected.value ? run() : setTimeout(look, 1_000));
  setTimeout(look, 1_000);
}
