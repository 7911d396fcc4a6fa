// All playlists: those of the servers, those of this device, and saved queries.
import { html } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { dropsTracks } from '../parts/dragging.js';
import { Empty } from '../parts/empty.js';
import { Heading } from '../parts/heading.js';
import { addToPlaylist, askForPlaylist } from '../parts/asking.js';
import { Starts } from '../parts/starts.js';
import { counts, playlists } from '../state/live.js';
import { isNarrow } from '../state/window.js';
import { empty, frame, lists, titles } from '../words.js';
import { playlists as words } from '../words-more.js';

const place = (one) => (one.source_name ? words.of(one.source_name) : words.yours);

function Line({ to, name, sub, icon, told, drops }) {
  return html`<li><a class="line" href=${to} ...${drops || {}}><${Cover} name=${name} kind="is-small" /><span class="words"><b dir="auto">${name}</b><small class=${icon ? `icon-${icon}` : ''}>${sub}</small></span>${told && html`<span class="where">${told}</span>`}<i class="icon-chevron-right"></i></a></li>`;
}

export default function Playlists() {
  const { playlists: own, smart } = playlists.value;
  const isEmpty = own.length + smart.length === 0;
  return html`
    <${Heading} title=${titles.playlists} sub=${words.count(own.length + smart.length)}>${!isEmpty && html`
      <a class="button is-quiet icon-bolt" href="/smart/new"><span>${words.newSmart}</span></a>
      <button class="button is-main icon-plus" onClick=${() => askForPlaylist()}><span>${frame.newPlaylist}</span></button>`}
    </${Heading}>
    <ul class="line-list">
      ${isNarrow.value && html`<${Line} to="/favourites" name=${titles.favourites} sub=${lists.tracks(counts.value?.favourites || 0)} icon="heart" /><${Line} to="/recent" name=${titles.recent} sub=${words.newest} icon="clock" />`}
      ${own.map((one) => html`<${Line} key=${one.id} to=${`/playlists/${one.id}`} name=${one.name} sub=${`${lists.tracks(one.entries)} · ${place(one)}`} told=${one.pending ? frame.unsynced(one.pending) : ''} drops=${dropsTracks((ids) => addToPlaylist(one, ids))} />`)}
      ${smart.map((one) => html`<${Line} key=${`s${one.id}`} to=${`/smart/${one.id}`} name=${one.name} sub=${`${words.smartKind} · ${one.query}`} icon="bolt" />`)}
    </ul>
    ${isEmpty && html`<${Empty} icon="list" title=${empty.playlists} text=${empty.playlistsHint} actions=${[{ label: frame.newPlaylist, icon: 'plus', isMain: true, run: () => askForPlaylist() }, { label: words.newSmart, icon: 'bolt', to: '/smart/new' }]}><${Starts} kind="playlists" /></${Empty}>`}`;
}
