// What the screens about syncs, downloads and settings are made of: cards, rows in them, meters, choices, forms.
import { Problem } from '../api.js';
import { html, useEffect, useRef, useSignal } from '../dom.js';
import { trouble } from './toasts.js';

export function Card({ title, hint, children, kind = '', action }) {
  return html`<section class=${`box ${kind}`} aria-label=${title}>
    ${(title || action) && html`<header><h2 dir="auto">${title}</h2>${action}</header>`}
    ${hint && html`<p class="box-hint">${hint}</p>`}
    ${children}
  </section>`;
}

// A row of a card: what it is, what is to be said of it, what can be done.
export function Line({ icon, cover, title, sub, children, to }) {
  const words = html`<span class="entry-words"><strong dir="auto">${title}</strong>${sub && html`<small dir="auto">${sub}</small>`}</span>`;
  return html`<li class=${`entry${icon ? ` icon-${icon}` : ''}`}>${cover}${to ? html`<a href=${to} class="entry-link">${words}</a>` : words}${children}</li>`;
}

export function Meter({ done, label, kind = '' }) {
  return html`<div class=${`meter ${kind}`} role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${done ?? undefined}><i style=${{ '--done': done ?? 0 }}></i></div>`;
}

// Large choices, one under the other; `options`: [value, title, what it means].
export function Choices({ label, name, options, value, onChange }) {
  return html`<div class="choices" role="radiogroup" aria-label=${label}>
    ${options.map(([key, title, text]) => html`<label class=${`choice${key === value ? ' is-chosen' : ''}`} key=${key}>
      <input type="radio" name=${name} value=${key} checked=${key === value} onChange=${() => onChange(key)} />
      <span><strong>${title}</strong>${text && html`<small>${text}</small>`}</span>
    </label>`)}
  </div>`;
}

// A button that does something that takes a while: it cannot be pressed twice, and says what went wrong.
export function Doing({ run, children, kind = 'is-quiet', icon, label, disabled }) {
  const isBusy = useSignal(false);
  const press = async () => {
    isBusy.value = true;
    try {
      await run();
    } catch (error) {
      trouble(error);
    } finally {
      isBusy.value = false;
    }
  };
  const look = kind.startsWith('round') ? kind : `button ${kind}`;
  return html`<button type="button" class=${`${look}${icon ? ` icon-${icon}` : ''}`} aria-label=${label} aria-busy=${isBusy.value} disabled=${disabled || isBusy.value} onClick=${press}>${children && html`<span>${children}</span>`}</button>`;
}

// A form that asks the client: what it refuses stands in the form, and what was typed stays. `fault`: a signal of its
// own for who shows more of what was refused.
export function AskForm({ submit, children, footer, kind = '', fault: shown }) {
  const own = useSignal(null);
  const fault = shown || own;
  const isBusy = useSignal(false);
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    fault.value = null;
    try {
      await submit(Object.fromEntries(new FormData(event.target)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fault.value = error;
    } finally {
      isBusy.value = false;
    }
  };
  return html`<form class=${kind} onSubmit=${onSubmit} aria-busy=${isBusy.value}>
    ${children}
    ${fault.value && html`<p class="fault" role="alert">${fault.value.message}${fault.value.hint ? ` – ${fault.value.hint}` : ''}</p>`}
    ${footer(isBusy.value)}
  </form>`;
}

export function Field({ label, hint, ...input }) {
  return html`<label class="field"><span>${label}</span><input dir="auto" ...${input} />${hint && html`<small>${hint}</small>`}</label>`;
}

// A setting: what it is on the left, what changes it on the right.
export function Setting({ title, hint, children }) {
  return html`<li class="option"><span class="entry-words"><strong>${title}</strong>${hint && html`<small>${hint}</small>`}</span>${children}</li>`;
}

// How long what was chosen is shown until what is read says the same.
const CHOSEN_MS = 2_000;

// What a person chose is shown at once, and stays while it is being told: what was read before it may still be drawn.
export function Switch({ label, isOn, onChange, disabled }) {
  const chosen = useSignal(null);
  const timer = useRef(0);
  useEffect(() => {
    if (chosen.value === isOn) chosen.value = null;
  }, [isOn]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const choose = async (event) => {
    clearTimeout(timer.current);
    chosen.value = event.target.checked;
    try {
      await onChange(chosen.value);
    } finally {
      timer.current = setTimeout(() => (chosen.value = null), CHOSEN_MS);
    }
  };
  return html`<input type="checkbox" role="switch" class="switch" aria-label=${label} checked=${chosen.value ?? isOn} disabled=${disabled} onChange=${choose} />`;
}
