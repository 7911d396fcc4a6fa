// A slider that shows how far it is filled; a native range input, so every way of using one works.
import { html, useSignal } from '../dom.js';

export function Slider({ label, value, max, step = 1, said, onChange, isLive, kind = '' }) {
  const held = useSignal(null);
  const shown = held.value ?? value;
  const share = max > 0 ? Math.min(1, shown / max) : 0;
  return html`<input
    type="range" class=${`slider ${kind}`} min="0" max=${max || 1} step=${step} value=${shown} aria-label=${label} aria-valuetext=${said?.(shown)} style=${{ '--share': share }}
    onInput=${(event) => {
      const to = Number(event.target.value);
      if (isLive) onChange(to);
      else held.value = to;
    }}
    onChange=${(event) => {
      held.value = null;
      onChange(Number(event.target.value));
    }}
  />`;
}
