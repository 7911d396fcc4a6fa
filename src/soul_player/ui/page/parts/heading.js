// The heads of screens: a title with what can be done, or a picture with it.
import { html } from '../dom.js';

export function Heading({ title, sub, children }) {
  return html`<div class="heading"><div><h1 dir="auto">${title}</h1>${sub !== undefined && html`<p>${sub}</p>`}</div><div class="heading-actions">${children}</div></div>`;
}

export function Hero({ cover, kind, title, sub, children, isRound }) {
  return html`<div class=${`hero${isRound ? ' is-round' : ''}`}>${cover}<div><p class="kind">${kind}</p><h1 dir="auto">${title}</h1><p class="sub">${sub}</p><div class="actions">${children}</div></div></div>`;
}

export function OrderSelect({ label, value, options, onChange }) {
  return html`<label class="order icon-chevron-down"><span class="unseen">${label}</span><select value=${value} onChange=${(event) => onChange(event.target.value)}>${Object.entries(options).map(([key, name]) => html`<option value=${key} selected=${key === value}>${name}</option>`)}</select></label>`;
}
