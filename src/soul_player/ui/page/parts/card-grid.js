// A grid of cards of any length, of which only what is in sight is drawn.
import { html, useLayoutEffect, useRef, useSignal } from '../dom.js';
import { isNarrow } from '../state/window.js';
import { albums as words } from '../words-more.js';
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

export function useAcross() {
  const box = useRef();
  const size = useSignal({ across: 6, wide: CARD_MIN });
  useLayoutEffect(() => {
    const measure = () => {
      if (!box.current) return;
      const wide = box.current.clientWidth;
      const across = Math.max(2, Math.floor((wide + GAP) / ((isNarrow.value ? 140 : CARD_MIN) + GAP)));
      if (across !== size.value.across || wide !== size.value.whole) size.value = { across, whole: wide, wide: (wide - (across - 1) * GAP) / across };
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, size.value];
}

export function CardGrid({ list, label, draw }) {
  const [box, { across, wide }] = useAcross();
  list.tick.value;
  const total = list.total.value || 0;
  // By rows here, by cards there.
  const rows = { want: (first, last) => list.want(first * across, (last + 1) * across - 1) };
  return html`<div ref=${box}><${Virtual}
    total=${Math.ceil(total / across)} height=${Math.round(wide + WORDS_HIGH)} list=${rows} label=${label} role="list"
    row=${(row, { top }) => html`<div class="grid" key=${row} role="presentation" style=${{ top: `${top}px`, '--across': across }}>
      ${Array.from({ length: across }, (_, column) => row * across + column).filter((place) => place < total).map((place) => {
        const item = list.at(place);
        return item ? draw(item, place, total) : html`<span class="card" key=${place}><span class="cover is-card"></span></span>`;
      })}
    </div>`}
  /></div>`;
}
