// All artists by name, with a rail of letters to jump along: a grid of round pictures, or rows on a phone.
import { api } from '../api.js';
import { html, useMemo, useRef, useSignal } from '../dom.js';
import { ArtistCard, CardGrid } from '../parts/card-grid.js';
import { Cover } from '../parts/cover.js';
import { FilterChips, filterQuery } from '../parts/filters.js';
import { Heading } from '../parts/heading.js';
import { CatalogueSwitch } from '../parts/segments.js';
import { Trouble } from '../parts/track-table.js';
import { Virtual } from '../parts/virtual.js';
import { go } from '../router.js';
import { isNarrow } from '../state/window.js';
import { titles } from '../words.js';
import { albums as albumWords, artists as words } from '../words-more.js';
import { usePages } from './albums.js';
import { Nothing } from './tracks.js';

const HIGH = 68;

export default function Artists() {
  const asked = filterQuery();
  const handle = useRef();
  const list = usePages(async (first, count) => {
    const { total, artists, letters } = await api.get('/api/artists', { ...asked, first, count });
    return { total, items: artists, letters };
  }, JSON.stringify(asked));
  list.tick.value;
  const total = list.total.value;
  // Where the list is scrolled to: the rail shows its letter.
  const at = useSignal(0);
  const last = useRef(null);
  const rows = useMemo(() => ({
    want: (first, until) => list.want(first, until),
    // Only a scroll goes over the letter that was pressed: the last ones may be too near to the end to come to the top.
    seen: (place) => {
      if (place !== last.current) at.value = Math.max(0, place);
      last.current = place;
    },
  }), [list]);
  return html`
    <${CatalogueSwitch} />
    <${Heading} title=${titles.artists} sub=${total === null ? '' : words.count(total)} />
    <${FilterChips} isShort=${true} />
    ${list.error.value && total === null ? html`<${Trouble} list=${list} />` : total === 0
      ? html`<${Nothing} isWhole=${asked.show === 'all' && asked.source === null} />`
      : html`<div class="with-letters">
        ${isNarrow.value
          ? html`<${Virtual} total=${total || 0} height=${HIGH} list=${rows} label=${titles.artists} handle=${handle} columns=${1}
            onKey=${(event, place) => event.key === 'Enter' && list.at(place) && (go(`/artists/${list.at(place).key}`), true)}
            row=${(place, { top, isActive }) => html`<${ArtistLine} key=${place} artist=${list.at(place)} place=${place} top=${top} isActive=${isActive} />`} />`
          : html`<${CardGrid} list=${list} label=${titles.artists} handle=${handle} seen=${rows.seen} least=${148} draw=${(artist, place, all) => html`<${ArtistCard} key=${artist.key} artist=${artist} place=${place} total=${all} />`} />`}
        <${Letters} letters=${list.letters} at=${at.value} onLetter=${(place) => { handle.current.show(place, { focus: isNarrow.value, isFirst: true }); at.value = place; }} />
      </div>`}`;
}

function ArtistLine({ artist, place, top, isActive }) {
  const isHere = artist && artist.offline === artist.tracks;
  return html`<div class="row is-artist" role="row" aria-rowindex=${place + 1} data-place=${place} tabindex=${isActive ? 0 : -1} style=${{ top: `${top}px` }} onClick=${() => artist && go(`/artists/${artist.key}`)}>
    ${artist && html`<span class="words" role="gridcell"><${Cover} of=${artist.cover_of} artwork="artist" name=${artist.name} kind="is-round" /><b dir="auto">${artist.name}</b><small class=${isHere ? 'icon-check' : ''}>${words.row(artist.albums, artist.tracks)}</small></span>`}
  </div>`;
}

function Letters({ letters, at, onLetter }) {
  if (letters.length < 2) return null;
  const [here] = letters.findLast(([, place]) => place <= at) || letters[0];
  return html`<nav class="letters" aria-label=${albumWords.letters}>${letters.map(([letter, place]) => html`<button key=${letter} aria-current=${letter === here ? 'true' : undefined} onClick=${() => onLetter(place)}>${letter}</button>`)}</nav>`;
}
