// A text with what somebody looks for made visible in it: as text, never as HTML.
import { html } from '../dom.js';

const fold = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export function Marked({ text, words }) {
  const wanted = fold(words || '').split(/\s+/).filter(Boolean).sort((one, other) => other.length - one.length);
  const folded = fold(text || '');
  // Where folding changes how long a text is, places in one are no places in the other.
  if (!wanted.length || folded.length !== (text || '').length) return text;
  const parts = [];
  let at = 0;
  while (at < text.length) {
    const next = wanted.map((word) => [folded.indexOf(word, at), word.length]).filter(([place]) => place >= 0).sort(([one], [other]) => one - other)[0];
    if (!next) break;
    const [place, length] = next;
    if (place > at) parts.push(text.slice(at, place));
    parts.push(html`<mark>${text.slice(place, place + length)}</mark>`);
    at = place + length;
  }
  return [...parts, text.slice(at)];
}
