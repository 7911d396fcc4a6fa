// Short words at the edge of the page, and the voice that tells a screen reader what happened.
import { html, signal } from '../dom.js';
import { frame } from '../words.js';

const SHOWN_MS = 6_000;
const SHOWN_MAX = 3;
const toasts = signal([]);
const spoken = signal('');
let number = 0;

// `action`: {label, run} of one thing that can be done about it.
export function toast(text, action) {
  const id = (number += 1);
  toasts.value = [...toasts.value.slice(1 - SHOWN_MAX), { id, text, action }];
  setTimeout(() => drop(id), action ? 2 * SHOWN_MS : SHOWN_MS);
}

export const trouble = (error) => {
  if (error?.name !== 'AbortError') toast(error.hint ? `${error.message} – ${error.hint}` : error.message);
};

// Said, not shown. The same words twice are said twice.
export function say(text) {
  spoken.value = spoken.value === text ? `${text}\u00a0` : text;
}

const drop = (id) => (toasts.value = toasts.value.filter((one) => one.id !== id));

export function Toasts() {
  return html`<div class="toasts" role="status">${toasts.value.map(({ id, text, action }) => html`<p class="toast" key=${id}>
      <span dir="auto">${text}</span>
      ${action && html`<button class="link" onClick=${() => { drop(id); action.run(); }}>${action.label}</button>`}
      <button class="round icon-close" aria-label=${frame.close} onClick=${() => drop(id)}></button>
    </p>`)}</div>
    <div class="unseen" aria-live="polite">${spoken}</div>`;
}
