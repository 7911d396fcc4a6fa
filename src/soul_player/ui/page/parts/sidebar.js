// Where to go: the sidebar of a wide window, the tabs of a phone.
import { html } from '../dom.js';
import { path, place } from '../router.js';
import { counts, playlists, status } from '../state/live.js';
import { count, frame as words, titles } from '../words.js';
import { dropsTracks } from './dragging.js';
import { addToPlaylist, askForPlaylist } from './asking.js';

const SHOWN_PLAYLISTS = 40;

function Item({ to, icon, label, told, isHere, drops }) {
  return html`<li><a href=${to} class=${`icon-${icon}`} aria-current=${isHere ? 'page' : undefined} ...${drops || {}}><span dir="auto" title=${label}>${label}</span>${told ? html`<small>${told}</small>` : ''}</a></li>`;
}

const here = (...names) => names.includes(place.value.name);

export function Sidebar() {
  const all = counts.value;
  const decisions = (status.value?.decisions || 0) + (status.value?.failed_edits || 0);
  const waiting = (status.value?.downloads.pending || 0) + (status.value?.downloads.active || 0);
  return html`<nav class="side" aria-label=${words.main}>
    <a class="brand" href="/"><img src="/icons/soul.svg" alt="" width="26" height="26" />Soul Player</a>
    <ul>
      <${Item} to="/albums" icon="disc" label=${titles.albums} told=${all && count(all.albums)} isHere=${here('albums', 'album')} />
      <${Item} to="/tracks" icon="note" label=${titles.tracks} told=${all && count(all.tracks)} isHere=${here('tracks')} />
      <${Item} to="/artists" icon="person" label=${titles.artists} told=${all && count(all.artists)} isHere=${here('artists', 'artist')} />
      <${Item} to="/recent" icon="clock" label=${titles.recent} isHere=${here('recent')} />
      <${Item} to="/favourites" icon="heart" label=${titles.favourites} told=${all?.favourites ? count(all.favourites) : ''} isHere=${here('favourites')} />
    </ul>
    <section aria-labelledby="side-playlists">
      <h2 id="side-playlists"><a href="/playlists">${words.playlists}</a><button class="round icon-plus" aria-label=${words.newPlaylist} onClick=${() => askForPlaylist()}></button></h2>
      <ul>
        ${playlists.value.playlists.slice(0, SHOWN_PLAYLISTS).map((one) => html`<${Item} key=${one.id} to=${`/playlists/${one.id}`} icon="list" label=${one.name} told=${one.pending ? words.unsynced(one.pending) : ''}
          isHere=${path.value === `/playlists/${one.id}`} drops=${dropsTracks((ids) => addToPlaylist(one, ids))} />`)}
        ${playlists.value.smart.slice(0, SHOWN_PLAYLISTS).map((one) => html`<${Item} key=${`s${one.id}`} to=${`/smart/${one.id}`} icon="bolt" label=${one.name} isHere=${path.value.replace('/edit', '') === `/smart/${one.id}`} />`)}
      </ul>
    </section>
    <ul class="is-last">
      <${Item} to="/downloads" icon="down" label=${titles.downloads} told=${waiting ? count(waiting) : ''} isHere=${here('downloads')} />
      <${Item} to="/sync" icon="sync" label=${titles.sync} told=${decisions ? words.toDecide(decisions) : ''} isHere=${here('sync')} />
      <${Item} to="/settings" icon="gear" label=${titles.settings} isHere=${here('settings', 'source', 'rule')} />
    </ul>
  </nav>`;
}

export function Tabs() {
  const tab = (to, icon, label, ...names) => html`<li><a href=${to} class=${`icon-${icon}`} aria-current=${here(...names) ? 'page' : undefined}>${label}</a></li>`;
  return html`<nav class="tabs" aria-label=${words.main}><ul>
    ${tab('/albums', 'disc', titles.albums, 'albums', 'album', 'artists', 'artist')}
    ${tab('/tracks', 'note', titles.tracks, 'tracks')}
    ${tab('/playlists', 'list', titles.playlists, 'playlists', 'playlist', 'smart', 'query', 'favourites', 'recent')}
    ${tab('/downloads', 'down', titles.downloads, 'downloads')}
    ${tab('/more', 'gear', titles.more, 'more', 'settings', 'sync', 'history', 'source', 'rule')}
  </ul></nav>`;
}
