// A grid of cards of any length, of which only what is in sight is drawn.
import { html, useLayoutEffect, useRef, useSignal } from '../dom.js';
import { isNarrow } from '../state/window.js';
import { albums as words, artists as artistWords } from '../words-more.js';
import { Cover } from './cover.js';
import { Marked } from './marked.js';
import { Virtual } from './virtual.js';

const CARD_MIN = 164;
const GAP = 24;
const WORDS_HIGH = 80;

export function AlbumCard({ album, sub, place, total, marked }) {
  const isHere = album.tracks > 0 && album.offline === album.tracks;
  return html`<a class="card" href=${`/albums/${album.key}`} role=${total ? 'listitem' : undefined} aria-posinset=${total ? place + 1 : undefined} aria-setsize=${total}>
    <${Cover} of=${album.cover_of} artwork="album" name=${album.title} kind="is-card" /><b dir="auto">${marked ? html`<${Marked} text=${album.title} words=${marked} />` : album.title}</b><small class=${isHere ? 'icon-check' : ''} dir="auto">${sub ?? (album.artist || words.unknown)}</small>
  </a>`;
}

export function ArtistCard({ artist, place, total }) {
  const isHere = artist.tracks > 0 && artist.offline === artist.tracks;
  return html`<a class="card is-person" href=${`/artists/${artist.key}`} role="listitem" aria-posinset=${place + 1} aria-setsize=${total}>
    <${Cover} of=${artist.cover_of} artwork="artist" name=${artist.name} kind="is-card" /><b dir="auto">${artist.name}</b><small class=${isHere ? 'icon-check' : ''}>${artistWords.row(artist.albums, artist.tracks)}</small>
  </a>`;
}

export function useAcross(least = CARD_MIN) {
  const box = useRef();
  const size = useSignal({ across: 6, wide: CARD_MIN });
  useLayoutEffect(() => {
    const measure = () => {
      if (!box.current) return;
      const wide = box.current.clientWidth;
      const across = Math.max(2, Math.floor((wide + GAP) / ((isNarrow.value ? 140 : least) + GAP)));
      if (across !== size.value.across || wide !== size.value.whole) size.value = { across, whole: wide, wide: (wide - (across - 1) * GAP) / across };
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, size.value];
}

// `least`: how wide a card is at least. `handle`: shows a card by its place. `seen`: is told the first place in sight.
export function CardGrid({ list, label, draw, handle, seen, least }) {
  const [box, { across, wide }] = useAcross(least);
  list.tick.value;
  const total = list.total.value || 0;
  // By rows here, by cards there.
  const rows = { want: (first, last) => list.want(first * across, (last + 1) * across - 1), seen: (row) => seen?.(row * across) };
  const inner = useRef();
  if (handle) handle.current = { show: (place, how) => inner.current?.show(Math.floor(place / across), how) };
  return html`<div ref=${box}><${Virtual}
    total=${Math.ceil(total / across)} height=${Math.round(wide + WORDS_HIGH)} list=${rows} label=${label} role="list" handle=${inner}
    row=${(row, { top }) => html`<div class="grid" key=${row} role="presentation" style=${{ top: `${top}px`, '--across': across }}>
      ${Array.from({ length: across }, (_, column) => row * across + column).filter((place) => place < total).map((place) => {
        const item = list.at(place);
        return item ? draw(item, place, total) : html`<span class="card" key=${place}><span class="cover is-card"></span></span>`;
      })}
    </div>`}
  /></div>`;
}
