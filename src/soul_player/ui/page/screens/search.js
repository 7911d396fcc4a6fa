// Search as you type, over what this device knows: the same with every server down.
import { api } from '../api.js';
import { html, useEffect, useRef, useSignal } from '../dom.js';
import { AlbumCard, useAcross } from '../parts/card-grid.js';
import { Cover } from '../parts/cover.js';
import { Empty } from '../parts/empty.js';
import { Marked } from '../parts/marked.js';
import { trouble } from '../parts/toasts.js';
import { TrackTable } from '../parts/track-table.js';
import { query, replaceQuery } from '../router.js';
import { playList, playTracks } from '../sound/player.js';
import { libraryTick, playlists } from '../state/live.js';
import { isNarrow } from '../state/window.js';
import { knownTrack, readTracks, rowTick } from '../state/tracks.js';
import { actions, count, filters, frame, lists } from '../words.js';
import { artists as artistWords, playlists as playlistWords, search as words } from '../words-more.js';
import { useFixedList } from './album.js';

// Between two letters of somebody who types.
const PAUSE_MS = 60;
const TRACKS_SHOWN = 5;
// On a phone albums are a strip to be pushed along.
const STRIP = 8;
const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export default function Search() {
  const text = query.value.get('text') || '';
  const kind = query.value.get('kind') || 'all';
  const isOffline = query.value.get('show') === 'offline';
  const result = useSignal(null);
  const asked = useRef(0);
  const tick = libraryTick.value;
  useEffect(() => {
    const mine = (asked.current += 1);
    if (!text.trim()) {
      result.value = null;
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await api.get('/api/search', { text, show: isOffline ? 'offline' : undefined }, { signal: abort.signal });
        await readTracks(found.ids.slice(0, TRACKS_SHOWN));
        // A late answer to an earlier word is no answer to this one.
        if (mine === asked.current) result.value = { ...found, text, playlists: playlistsOf(text) };
      } catch (error) {
        if (mine === asked.current) trouble(error);
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, isOffline, tick]);

  const set = (values) => replaceQuery(Object.fromEntries(Object.entries({ text, kind, show: isOffline ? 'offline' : '', ...values }).filter(([, value]) => value && value !== 'all')));
  const found = result.value;
  if (!text.trim()) return html`<h1 class="unseen">${frame.search}</h1><${Empty} icon="search" title=${words.begin} text=${words.beginHint} />`;
  if (!found) return html`<h1 class="unseen">${frame.search}</h1>`;
  const total = found.tracks + found.albums_total + found.artists_total + found.playlists.length;
  const chip = (name, label, icon, value) => html`<button class=${`chip${icon ? ` icon-${icon}` : ''}`} aria-pressed=${kind === name} onClick=${() => set({ kind: name })}>${label} <small>${count(value)}</small></button>`;
  return html`<h1 class="unseen">${frame.search}</h1>
    <div class="chips" role="group" aria-label=${filters.label} data-text=${found.text}>
      ${chip('all', words.all, '', total)}${chip('tracks', words.tracks, 'note', found.tracks)}${chip('albums', words.albums, 'disc', found.albums_total)}
      ${chip('artists', words.artists, 'person', found.artists_total)}${chip('playlists', words.playlists, 'list', found.playlists.length)}
      <button class="chip icon-check" aria-pressed=${isOffline} onClick=${() => set({ show: isOffline ? '' : 'offline' })}>${filters.offline}</button>
      ${found.is_query && html`<a class="chip icon-bolt" href=${`/smart/new?${new URLSearchParams({ query: text })}`}>${playlistWords.saveQuery}</a>`}
    </div>
    <p class="unseen" role="status">${words.found(total)}</p>
    ${total === 0
      ? html`<${Empty} icon="search" title=${words.none(text)} text=${isOffline ? words.offlineNone : words.noneHint} actions=${isOffline ? [{ label: words.showAll, isMain: true, run: () => set({ show: '' }) }] : []} />`
      : html`<${Found} found=${found} kind=${found.is_query && kind === 'all' ? 'tracks' : kind} set=${set} />`}`;
}

function playlistsOf(text) {
  const wanted = fold(text).split(/\s+/).filter(Boolean);
  const fits = (one) => wanted.every((word) => fold(one.name).includes(word));
  return [...playlists.value.playlists.filter(fits), ...playlists.value.smart.filter(fits).map((one) => ({ ...one, isSmart: true }))];
}

function Found({ found, kind, set }) {
  const shows = (name) => kind === 'all' || kind === name;
  const isAll = kind === 'all';
  return html`
    ${isAll
      ? html`<div class="two-columns is-search"><${TopResult} found=${found} />${found.tracks > 0 && html`<${Tracks} found=${found} set=${set} limit=${TRACKS_SHOWN} />`}</div>`
      : shows('tracks') && html`<${Tracks} found=${found} />`}
    ${shows('albums') && found.albums.length > 0 && html`<${Albums} found=${found} isAll=${isAll} set=${set} />`}
    <div class="two-columns is-even">
      ${shows('artists') && found.artists.length > 0 && html`<section aria-labelledby="found-artists"><${Head} id="found-artists" title=${words.artists} total=${found.artists_total} onAll=${isAll && (() => set({ kind: 'artists' }))} /><ul class="line-list">
        ${found.artists.slice(0, isAll ? 3 : undefined).map((artist) => html`<li class="result" key=${artist.key}><a class="line" href=${`/artists/${artist.key}`}><${Cover} of=${artist.cover_of} artwork="artist" name=${artist.name} kind="is-small is-circle" /><span class="words"><b dir="auto"><${Marked} text=${artist.name} words=${found.text} /></b><small>${artistWords.row(artist.albums, artist.tracks)}</small></span><i class="icon-chevron-right"></i></a></li>`)}
      </ul></section>`}
      ${shows('playlists') && found.playlists.length > 0 && html`<section aria-labelledby="found-playlists"><${Head} id="found-playlists" title=${words.playlists} total=${found.playlists.length} onAll=${isAll && (() => set({ kind: 'playlists' }))} /><ul class="line-list">
        ${found.playlists.slice(0, isAll ? 3 : undefined).map((one) => html`<li class="result" key=${`${one.isSmart}${one.id}`}><a class="line" href=${`/${one.isSmart ? 'smart' : 'playlists'}/${one.id}`}><${Cover} name=${one.name} kind="is-small" /><span class="words"><b dir="auto"><${Marked} text=${one.name} words=${found.text} /></b><small>${one.isSmart ? words.smart : lists.tracks(one.entries)}</small></span><i class="icon-chevron-right"></i></a></li>`)}
      </ul></section>`}
    </div>`;
}

function Head({ id, title, total, onAll }) {
  return html`<header class="section-head"><h2 id=${id}>${title}</h2>${onAll ? html`<button onClick=${onAll}>${actions.all(total)}</button>` : html`<span>${count(total)}</span>`}</header>`;
}

function Tracks({ found, set, limit }) {
  const list = useFixedList(limit ? found.ids.slice(0, limit) : found.ids);
  const from = { title: found.text, path: `/search?${new URLSearchParams({ text: found.text })}` };
  return html`<section aria-labelledby="found-tracks"><${Head} id="found-tracks" title=${words.tracks} total=${found.tracks} onAll=${limit && (() => set({ kind: 'tracks' }))} />
    <${TrackTable} list=${list} label=${words.tracks} from=${from} noAlbum=${Boolean(limit)} noHead=${Boolean(limit)} marked=${found.text} /></section>`;
}

function Albums({ found, isAll, set }) {
  const [box, { across }] = useAcross();
  return html`<section aria-labelledby="found-albums" ref=${box}><${Head} id="found-albums" title=${words.albums} total=${found.albums_total} onAll=${isAll && (() => set({ kind: 'albums' }))} />
    <div class=${isAll ? 'grid is-strip' : 'grid'} style=${{ '--across': across }}>${found.albums.slice(0, isAll ? Math.max(across, isNarrow.value ? STRIP : 0) : undefined).map((album) => html`<${AlbumCard} key=${album.key} album=${album} marked=${found.text} />`)}</div></section>`;
}

// The one that is most likely meant: an album or an artist whose name begins so, else the best track.
function TopResult({ found }) {
  rowTick.value;
  const [album] = found.albums;
  const [artist] = found.artists;
  const track = knownTrack(found.ids[0]);
  const begins = (name) => fold(name).startsWith(fold(found.text.trim()));
  let top = null;
  if (artist && begins(artist.name)) top = { of: artist.cover_of, name: artist.name, kind: artistWords.kind, sub: artistWords.row(artist.albums, artist.tracks), path: `/artists/${artist.key}`, play: () => api.get(`/api/artists/${artist.key}`).then(({ ids }) => playList(ids, 0, { title: artist.name, path: `/artists/${artist.key}` })).catch(trouble) };
  else if (album) top = { of: album.cover_of, here: album.offline, all: album.tracks, name: album.title, kind: words.albums.slice(0, -1), sub: album.artist, path: `/albums/${album.key}`, play: () => api.get(`/api/albums/${album.key}`).then(({ ids }) => playList(ids, 0, { title: album.title, path: `/albums/${album.key}` })).catch(trouble) };
  else if (track) top = { of: track.id, name: track.title, kind: words.tracks.slice(0, -1), sub: track.artist, path: track.album_key ? `/albums/${track.album_key}` : '/tracks', play: () => playTracks([track.id]) };
  if (!top) return null;
  return html`<section aria-labelledby="top-result"><header class="section-head"><h2 id="top-result">${words.top}</h2></header>
    <div class="top-result"><${Cover} of=${top.of} artwork="top" name=${top.name} kind="is-top" /><a href=${top.path}><b dir="auto"><${Marked} text=${top.name} words=${found.text} /></b><small dir="auto">${top.kind} · ${top.sub}</small>${top.here > 0 && html`<span class="where is-cached"><i class="ring" style=${{ '--done': (100 * top.here) / top.all }}></i>${words.here(top.here, top.all)}</span>`}</a><button class="round is-play icon-play" aria-label=${`${actions.play} ${top.name}`} onClick=${top.play}></button></div></section>`;
}
