// What of a queue can be played now: what no source can give, or is not on this device when only that is wanted, is
// passed over.
import { isOfflineOnly } from '../state/kept.js';
import { canPlay, isOffline, knownTrack } from '../state/tracks.js';
import { advanced } from './queue.js';

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
