// One playlist: its entries in an order that a person gives them, also with every server down.
import { api } from '../api.js';
import { html, useEffect, useMemo, useSignal } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { DownloadButton } from '../parts/download-button.js';
import { dropsTracks } from '../parts/dragging.js';
import { Empty } from '../parts/empty.js';
import { Hero } from '../parts/heading.js';
import { openMenu } from '../parts/menu.js';
import { addToPlaylist, askForName, askToDelete } from '../parts/asking.js';
import { PlaylistNotes } from '../parts/playlist-notes.js';
import { makeReorder } from '../parts/reorder.js';
import { say, trouble } from '../parts/toasts.js';
import { rowHeight, TrackTable } from '../parts/track-table.js';
import { scroller } from '../router.js';
import { playList, playNext, playShuffled } from '../sound/player.js';
import { queries } from '../state/downloads.js';
import { playlists, readPlaylists } from '../state/live.js';
import { FixedList, isOffline, knownTrack, rowTick } from '../state/tracks.js';
import { actions, empty, frame, lists } from '../words.js';
import { playlists as words } from '../words-more.js';
import Nowhere from './nowhere.js';

// Entries in their order; a change is shown at once and told to the client, which keeps it.
class Entries extends FixedList {
  constructor(id) {
    super([]);
    this.id = id;
    this.entries = [];
    this.telling = 0;
  }

  keyAt(place) {
    return this.entries[place]?.id;
  }

  // An entry whose track this device does not know shows what was kept of it.
  at(place) {
    const entry = this.entries[place];
    if (!entry) return undefined;
    if (entry.track_id !== null) return super.at(place);
    return { id: -1, title: entry.title || words.gone, artist: entry.artist, album: null, status: 'unavailable', sources: [], duration_seconds: entry.duration_seconds || 0, is_favourite: false, play_count: 0 };
  }

  show(entries) {
    this.entries = entries;
    this.set(entries.map((entry) => entry.track_id));
  }

  async tell(change) {
    this.telling += 1;
    try {
      await change();
    } finally {
      this.telling -= 1;
    }
    readPlaylists();
  }

  move(from, to) {
    const entries = [...this.entries];
    const [entry] = entries.splice(from, 1);
    entries.splice(to, 0, entry);
    this.show(entries);
    const after = to > 0 ? entries[to - 1].id : null;
    return this.tell(() => api.patch(`/api/playlists/${this.id}/entries/${entry.id}`, { after }));
  }

  remove(place) {
    const [entry] = this.entries.slice(place, place + 1);
    this.show(this.entries.filter((_, at) => at !== place));
    return this.tell(() => api.delete(`/api/playlists/${this.id}/entries/${entry.id}`));
  }
}

export default function PlaylistScreen({ id }) {
  const list = useMemo(() => new Entries(Number(id)), [id]);
  const state = useSignal({ playlist: null, error: null });
  const reorder = useMemo(() => makeReorder({
    count: () => list.entries.length, titleOf: (place) => list.at(place)?.title || '', height: rowHeight, scrolls: scroller,
    move: (from, to) => list.move(from, to).catch(again),
  }), [list]);

  function read() {
    api.get(`/api/playlists/${id}`).then(
      ({ playlist, entries }) => {
        // What is being changed just now is newer than what was read.
        if (list.telling || list.isOver) return;
        state.value = { playlist, error: null };
        const isSame = entries.length === list.entries.length && entries.every((entry, place) => entry.id === list.entries[place].id && entry.track_id === list.entries[place].track_id);
        if (!isSame || list.total.value === null) list.show(entries);
      },
      (error) => (state.value = { ...state.value, error }),
    );
  }
  const again = (error) => {
    trouble(error);
    read();
  };
  useEffect(read, [id, playlists.value]);
  useEffect(() => () => list.end(), [list]);

  const { playlist, error } = state.value;
  if (error?.status === 404) return html`<${Nowhere} />`;
  if (!playlist) return html`<p class="waiting" role="status">${error ? error.message : frame.loading}</p>`;
  return html`<${Shown} playlist=${playlist} list=${list} reorder=${reorder} again=${again} />`;
}

function Shown({ playlist, list, reorder, again }) {
  list.tick.value;
  rowTick.value;
  reorder.grabbed.value;
  const ids = list.all.filter((one) => one !== null);
  const rows = ids.map(knownTrack).filter(Boolean);
  const seconds = list.entries.reduce((sum, entry) => sum + (entry.duration_seconds || 0), 0);
  const from = { title: playlist.name, path: `/playlists/${playlist.id}` };
  const sub = `${lists.long(list.entries.length, seconds)} · ${lists.ofOffline(rows.filter(isOffline).length)}`;
  const kind = `${words.kind} · ${playlist.source_name ? words.of(playlist.source_name) : words.yours}${playlist.is_orphan ? ` · ${words.orphan}` : ''}`;
  const more = (event) => openMenu(event.currentTarget, [
    { label: actions.playNext, icon: 'queue', run: () => playNext(ids) },
    { label: actions.addToQueue, icon: 'plus', run: () => playNext(ids, { last: true }) },
    null,
    { label: actions.rename, icon: 'edit', run: () => askForName(playlist) },
    { label: actions.delete, icon: 'trash', isBad: true, run: () => askToDelete(playlist) },
  ], event, playlist.name);
  const remove = (place) => {
    const title = list.at(place)?.title || '';
    list.remove(place).then(() => say(words.removed(title)), again);
  };
  const items = (_row, place) => [
    place > 0 && { label: actions.moveUp, icon: 'chevron-up', run: () => list.move(place, place - 1).catch(again) },
    place < list.entries.length - 1 && { label: actions.moveDown, icon: 'chevron-down', run: () => list.move(place, place + 1).catch(again) },
    { label: actions.remove, icon: 'close', run: () => remove(place) },
  ].filter(Boolean);
  const onKey = (event, place, show) => {
    if (reorder.onKey(event, place, show)) return true;
    if (event.key !== 'Delete') return false;
    remove(place);
    return true;
  };
  return html`<div ...${dropsTracks((dropped) => addToPlaylist(playlist, dropped))}>
    <${Hero} cover=${html`<${Cover} name=${playlist.name} kind="is-hero" />`} kind=${kind} title=${playlist.name} sub=${sub}>
      <button class="button is-main icon-play" disabled=${!ids.length} onClick=${() => playList(ids, 0, from).catch(trouble)}>${actions.play}</button>
      <button class="button is-quiet icon-shuffle" disabled=${!ids.length} onClick=${() => playShuffled(ids, from).catch(trouble)}>${actions.shuffle}</button>
      <${DownloadButton} ids=${[...new Set(ids)]} query=${queries.playlist(playlist)} />
      <button class="round icon-dots" aria-haspopup="menu" aria-label=${actions.more(playlist.name)} onClick=${more}></button>
    </${Hero}>
    <${PlaylistNotes} playlist=${playlist} />
    ${list.entries.length === 0
      ? html`<${Empty} icon="list" title=${empty.playlist} text=${empty.playlistHint} />`
      : html`<${TrackTable} list=${list} label=${playlist.name} from=${from} more=${items} grip=${reorder.grip} onKey=${onKey} />`}
  </div>`;
}
