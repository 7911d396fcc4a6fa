// What comes next. Pure: each function takes a queue and gives another one; player.js acts.
//
// A queue is what /api/player keeps: `track_id` is heard now, `added` comes before the rest of `tracks`, `at` is the
// place in `tracks` that was played last, `unshuffled` is the list's own order while it is shuffled.

const QUEUE_MAX = 50_000;
export const EMPTY = { track_id: null, tracks: [], at: 0, added: [], unshuffled: null, repeat: 'off', title: null, path: null };

export function started(queue, ids, place, from) {
  // A list that is longer is played from where it was begun.
  const first = ids.length > QUEUE_MAX ? Math.min(place, ids.length - QUEUE_MAX) : 0;
  const tracks = ids.slice(first, first + QUEUE_MAX);
  const next = { ...queue, tracks, at: place - first, track_id: tracks[place - first] ?? null, unshuffled: null, title: from?.title ?? null, path: from?.path ?? null };
  return queue.unshuffled ? shuffled(next) : next;
}

export function upcoming(queue) {
  return [...queue.added, ...queue.tracks.slice(queue.at + 1), ...(queue.repeat === 'all' ? queue.tracks.slice(0, queue.at + 1) : [])];
}

// The queue one track on; null: it is over. `isByHand`: a person asked, so a track that repeats is left.
export function advanced(queue, { isByHand = false } = {}) {
  if (queue.repeat === 'one' && !isByHand && queue.track_id !== null) return queue;
  if (queue.added.length) return { ...queue, track_id: queue.added[0], added: queue.added.slice(1) };
  if (queue.at + 1 < queue.tracks.length) return { ...queue, at: queue.at + 1, track_id: queue.tracks[queue.at + 1] };
  if (queue.repeat === 'all' && queue.tracks.length) return { ...queue, at: 0, track_id: queue.tracks[0] };
  return null;
}

export function goneBack(queue) {
  // From a track that was put in between, the way back is to the list.
  if (queue.track_id !== queue.tracks[queue.at]) return queue.tracks.length ? { ...queue, track_id: queue.tracks[queue.at] } : null;
  if (queue.at > 0) return { ...queue, at: queue.at - 1, track_id: queue.tracks[queue.at - 1] };
  return queue.repeat === 'all' && queue.tracks.length ? { ...queue, at: queue.tracks.length - 1, track_id: queue.tracks.at(-1) } : null;
}

export function shuffled(queue, random = Math.random) {
  const rest = queue.tracks.filter((_, place) => place !== queue.at);
  for (let at = rest.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [rest[at], rest[other]] = [rest[other], rest[at]];
  }
  const tracks = queue.tracks.length ? [queue.tracks[queue.at], ...rest] : [];
  return { ...queue, tracks, at: 0, unshuffled: queue.tracks };
}

export function inOrder(queue) {
  if (!queue.unshuffled) return queue;
  const here = queue.tracks[queue.at];
  return { ...queue, tracks: queue.unshuffled, at: Math.max(0, queue.unshuffled.indexOf(here)), unshuffled: null };
}

export function withAdded(queue, ids, { last = false } = {}) {
  return { ...queue, added: (last ? [...queue.added, ...ids] : [...ids, ...queue.added]).slice(0, QUEUE_MAX) };
}

// Places below count what is upcoming: first what was added, then the rest of the list.
export function without(queue, place) {
  if (place < queue.added.length) return { ...queue, added: queue.added.filter((_, at) => at !== place) };
  const gone = queue.at + 1 + place - queue.added.length;
  return { ...queue, tracks: queue.tracks.filter((_, at) => at !== gone) };
}

export function moved(queue, from, to) {
  const next = [...queue.added, ...queue.tracks.slice(queue.at + 1)];
  const [track] = next.splice(from, 1);
  next.splice(to, 0, track);
  // What is moved among the added ones, or before the list, counts as added.
  const wasAdded = from < queue.added.length;
  const isAdded = to < queue.added.length;
  const added = queue.added.length + (isAdded && !wasAdded ? 1 : 0) - (wasAdded && !isAdded ? 1 : 0);
  return { ...queue, added: next.slice(0, added), tracks: [...queue.tracks.slice(0, queue.at + 1), ...next.slice(added)] };
}

// A track of what is upcoming is played now; what was added before it is passed over.
export function jumped(queue, place) {
  if (place < queue.added.length) return { ...queue, track_id: queue.added[place], added: queue.added.slice(place + 1) };
  const at = (queue.at + 1 + place - queue.added.length) % Math.max(1, queue.tracks.length);
  return { ...queue, at, track_id: queue.tracks[at], added: [] };
}
