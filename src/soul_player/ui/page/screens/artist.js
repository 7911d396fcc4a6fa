// One artist: what is played most, the albums, and where the music is.
import { api } from '../api.js';
import { html } from '../dom.js';
import { AlbumCard, useAcross } from '../parts/card-grid.js';
import { Cover } from '../parts/cover.js';
import { DownloadButton } from '../parts/download-button.js';
import { Hero } from '../parts/heading.js';
import { openMenu } from '../parts/menu.js';
import { trouble } from '../parts/toasts.js';
import { playlistItems } from '../parts/track-menu.js';
import { TrackTable } from '../parts/track-table.js';
import { playList, playNext, playShuffled } from '../sound/player.js';
import { queries } from '../state/downloads.js';
import { status } from '../state/live.js';
import { isNarrow } from '../state/window.js';
import { actions, count, frame, titles } from '../words.js';
import { artists as words } from '../words-more.js';
import { useFixedList, useFresh } from './album.js';
import Nowhere from './nowhere.js';

const TOP = 5;

export default function ArtistScreen({ artist: key }) {
  const { found, error } = useFresh(() => api.get(`/api/artists/${key}`), key);
  const list = useFixedList(found?.ids.slice(0, TOP));
  const [box, { across }] = useAcross();
  if (error?.status === 404) return html`<${Nowhere} />`;
  const artist = found?.artist;
  if (!artist) return html`<p class="waiting" role="status" ref=${box}>${error ? error.message : frame.loading}</p>`;
  const { albums, ids, sources } = found;
  const from = { title: artist.name, path: `/artists/${key}` };
  const more = (event) => openMenu(event.currentTarget, [
    { label: actions.addToQueue, icon: 'plus', run: () => playNext(ids, { last: true }) },
    { label: actions.addToPlaylist, icon: 'list', items: playlistItems(ids) },
  ], event, artist.name);
  const all = `/search?${new URLSearchParams({ text: queries.artist(artist) })}`;
  return html`
    <${Hero} isRound=${true} cover=${html`<${Cover} of=${artist.cover_of} artwork="artist" name=${artist.name} kind="is-hero" eager=${true} />`}
      kind=${words.kind} title=${artist.name} sub=${`${words.sum(artist.albums, artist.tracks, artist.duration_seconds)} · ${words.offline(artist.offline)}`}>
      <button class="button is-main icon-play" onClick=${() => playList(ids, 0, from).catch(trouble)}>${actions.play}</button>
      <button class="button is-quiet icon-shuffle" onClick=${() => playShuffled(ids, from).catch(trouble)}>${actions.shuffle}</button>
      <${DownloadButton} ids=${ids} query=${queries.artist(artist)} />
      <button class="round icon-dots" aria-haspopup="menu" aria-label=${actions.more(artist.name)} onClick=${more}></button>
    </${Hero}>
    <div class="two-columns">
      <section aria-labelledby="top-tracks">
        <header class="section-head"><h2 id="top-tracks">${words.top}</h2><a href=${all}>${actions.all(ids.length)}</a></header>
        <${TrackTable} list=${list} label=${words.top} from=${from} noAlbum=${true} noHead=${true} sub=${(row) => row && [row.album, row.play_count ? words.plays(row.play_count) : ''].filter(Boolean).join(' · ')} />
      </section>
      <${WhereIs} sources=${sources} artist=${artist} />
    </div>
    <section aria-labelledby="albums-of" ref=${box}>
      <header class="section-head"><h2 id="albums-of">${titles.albums}</h2><span>${count(albums.length)}</span></header>
      <div class="grid" style=${{ '--across': across || (isNarrow.value ? 2 : 6) }}>${albums.map((album) => html`<${AlbumCard} key=${album.key} album=${album} sub=${album.year || ''} />`)}</div>
    </section>`;
}

function WhereIs({ sources, artist }) {
  const known = (status.value?.sources || []).filter((one) => sources[one.id]);
  const line = (icon, name, sum, state) => html`<li class=${`icon-${icon}`}><span><b dir="auto">${name}</b><small>${sum}</small></span>${state}</li>`;
  return html`<section class="card-panel" aria-labelledby="where-is"><h2 id="where-is">${words.whereIs}</h2><ul class="lines">
    ${artist.offline > 0 && line('folder', words.device, words.deviceSum(artist.offline), html`<span class="where is-cached icon-check">${words.always}</span>`)}
    ${known.filter((one) => one.type === 'server').map((one) => line('cloud', one.name, words.sourceSum(sources[one.id]), one.needs_sign_in
      ? html`<a class="button is-quiet is-small" href=${`/sources/${one.id}`}>${words.signIn}</a>`
      : one.is_online ? html`<span class="where is-cached icon-check">${words.online}</span>` : html`<span class="where icon-unplug">${words.offlineNow}</span>`))}
  </ul></section>`;
}
