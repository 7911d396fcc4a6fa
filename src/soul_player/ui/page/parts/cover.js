// A picture of a track or an album; where there is none, shapes in colours of its own that never change.
import { classes, html, useSignal } from '../dom.js';

const ARTS = 12;
// Pictures that were asked for in vain: they are not asked for again with every scroll.
const missing = new Set();

function artOf(text) {
  let hash = 7;
  for (let at = 0; at < text.length; at += 1) hash = (hash * 31 + text.charCodeAt(at)) >>> 0;
  return hash % ARTS;
}

export const pictureOf = (id, artwork) => `/api/tracks/${id}/picture?of=${artwork}`;

// `of`: a track's id; `artwork`: the id of its picture; `name`: what shapes are made of.
export function Cover({ of, artwork, name, kind, eager }) {
  const failed = useSignal(null);
  const source = of && artwork ? pictureOf(of, artwork) : null;
  const look = classes('cover', kind, `art-${artOf(name || '')}`);
  if (!source || failed.value === source || missing.has(source)) return html`<span class=${look}></span>`;
  return html`<img
    class=${look} src=${source} alt="" loading=${eager ? 'eager' : 'lazy'} decoding="async" draggable="false"
    onError=${() => {
      if (missing.size > 2_000) missing.clear();
      missing.add(source);
      failed.value = source;
    }}
  />`;
}
