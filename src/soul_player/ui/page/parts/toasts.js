// Short words at the edge of the page, and the voice that tells a screen reader what happened.
import { html, signal } from '../dom.js';
import { frame } from '../words.js';

const SHOWN_MS = 6_000;
const SHOWN_MAX = 3;
const toasts = signal([]);
const spoken = signal('');
let number = 0;

// `action`: {label, run} of one thing that can be done about it. `sub`: what it means.
export function toast(text, action, { icon = 'check', sub } = {}) {
  const id = (number += 1);
  toasts.value = [...toasts.value.slice(1 - SHOWN_MAX), { id, text, action, icon, sub }];
  hurry(id);
}

// Nothing goes while somebody is at it.
const timers = new Map();
const hold = (id) => clearTimeout(timers.get(id));
function hurry(id) {
  hold(id);
  timers.set(id, setTimeout(() => drop(id), toasts.value.find((one) => one.id === id)?.action ? 2 * SHOWN_MS : SHOWN_MS));
}

export const trouble = (error) => {
  if (error?.name !== 'AbortError') toast(error.message, undefined, { icon: 'warn', sub: error.hint });
};

// Said, not shown. The same words twice are said twice.
export function say(text) {
  spoken.value = spoken.value === text ? `${text}\u00a0` : text;
}

const drop = (id) => {
  hold(id);
  timers.delete(id);
  toasts.value = toasts.value.filter((one) => one.id !== id);
};

export function Toasts() {
  return html`<div class="toasts" role="status">${toasts.value.map(({ id, text, action, icon, sub }) => html`<p class=${`toast icon-${icon}`} key=${id}
      onPointerEnter=${() => hold(id)} onPointerLeave=${() => hurry(id)} onFocusIn=${() => hold(id)} onFocusOut=${() => hurry(id)}>
      <span dir="auto">${sub ? html`<b>${text}</b><small>${sub}</small>` : text}</span>
      ${action && html`<button class="link" onClick=${() => { drop(id); action.run(); }}>${action.label}</button>`}
      <button class="round icon-close" aria-label=${frame.close} onClick=${() => drop(id)}></button>
    </p>`)}</div>
    <div class="unseen" aria-live="polite">${spoken}</div>`;
}
