// One album: play it, keep it on this device, its tracks by disc and number.
import { api } from '../api.js';
import { html, useEffect, useMemo, useSignal } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { DownloadButton } from '../parts/download-button.js';
import { Hero } from '../parts/heading.js';
import { openMenu } from '../parts/menu.js';
import { playlistItems } from '../parts/track-menu.js';
import { TrackTable } from '../parts/track-table.js';
import { playList, playNext, playShuffled } from '../sound/player.js';
import { queries } from '../state/downloads.js';
import { libraryTick, status } from '../state/live.js';
import { FixedList } from '../state/tracks.js';
import { actions, frame, listed, lists } from '../words.js';
import { albums as words } from '../words-more.js';
import { trouble } from '../parts/toasts.js';
import Nowhere from './nowhere.js';

// What is read again whenever the library changed; null until it is there.
export function useFresh(read, key) {
  const state = useSignal({ found: null, error: null });
  const tick = libraryTick.value;
  useEffect(() => {
    let isOver = false;
    read().then(
      (found) => !isOver && (state.value = { found, error: null }),
      (error) => !isOver && (state.value = { ...state.value, error }),
    );
    return () => (isOver = true);
  }, [key, tick]);
  return state.value;
}

export function useFixedList(ids) {
  const list = useMemo(() => new FixedList([]), []);
  useEffect(() => () => list.end(), []);
  const text = ids?.join(',');
  useEffect(() => {
    if (ids && list.all.join(',') !== text) list.set(ids);
  }, [text]);
  return list;
}

export default function Album({ album: key }) {
  const { found, error } = useFresh(() => api.get(`/api/albums/${key}`), key);
  const list = useFixedList(found?.ids);
  if (error?.status === 404) return html`<${Nowhere} />`;
  if (!found) return html`<p class="waiting" role="status">${error ? error.message : frame.loading}</p>`;
  const { album, ids, sources } = found;
  const from = { title: album.title, path: `/albums/${key}` };
  list.tick.value;
  const whose = sources.map((id) => status.value?.sources.find((one) => one.id === id)).filter(Boolean);
  const places = whose.map((one) => (one.type === 'folder' ? words.here : one.name));
  const discs = new Set(ids.map((_id, place) => list.at(place)?.disc_number).filter(Boolean));
  const more = (event) => openMenu(event.currentTarget, [
    { label: actions.playNext, icon: 'queue', run: () => playNext(ids) },
    { label: actions.addToQueue, icon: 'plus', run: () => playNext(ids, { last: true }) },
    { label: actions.addToPlaylist, icon: 'list', items: playlistItems(ids) },
  ], event, album.title);
  return html`
    <${Hero} cover=${html`<${Cover} of=${album.cover_of} artwork="album" name=${album.title} kind="is-hero" eager=${true} />`}
      kind=${album.year ? `${words.kind} · ${album.year}` : words.kind} title=${album.title}
      sub=${html`${album.artist ? html`<a href=${`/artists/${album.artist_key}`} dir="auto">${album.artist}</a> · ` : ''}${lists.long(album.tracks, album.duration_seconds)}${places.length ? ` · ${words.from(listed([...new Set(places)]))}` : ''}`}>
      <button class="button is-main icon-play" onClick=${() => playList(ids, 0, from).catch(trouble)}>${actions.play}</button>
      <button class="button is-quiet icon-shuffle" onClick=${() => playShuffled(ids, from).catch(trouble)}>${actions.shuffle}</button>
      <${DownloadButton} ids=${ids} query=${queries.album(album)} />
      <button class="round icon-dots" aria-haspopup="menu" aria-label=${actions.more(album.title)} onClick=${more}></button>
    </${Hero}>
    <${TrackTable} list=${list} label=${album.title} from=${from} noAlbum=${true} number=${(place, row) => (row?.track_number ? (discs.size > 1 ? `${row.disc_number}.${row.track_number}` : row.track_number) : place + 1)} />`;
}
