// Two or three places side by side, one of them is where we are.
import { html } from '../dom.js';
import { path } from '../router.js';
import { isNarrow } from '../state/window.js';
import { titles } from '../words.js';

export function Segments({ label, value, options, onChange }) {
  return html`<div class="segments" role="group" aria-label=${label}>${Object.entries(options).map(([key, name]) => html`<button type="button" aria-pressed=${key === value} onClick=${() => onChange(key)}>${name}</button>`)}</div>`;
}

// On a phone albums and artists are one tab.
export function CatalogueSwitch() {
  if (!isNarrow.value) return null;
  const link = (to, name) => html`<a href=${to} aria-current=${path.value === to ? 'page' : undefined}>${name}</a>`;
  return html`<nav class="segments is-switch" aria-label=${titles.albums}>${link('/albums', titles.albums)}${link('/artists', titles.artists)}</nav>`;
}
