// Where there is nothing: what that means, and what to do about it.
import { html } from '../dom.js';

// `actions`: {label, icon, run or to, isMain}.
export function Empty({ icon, title, text, actions = [], children }) {
  return html`<div class="empty">
    <div class="empty-art"><i class=${`icon-${icon}`}></i></div>
    <h2>${title}</h2><p>${text}</p>
    ${actions.length > 0 && html`<div class="actions">${actions.map((one) => one.to
      ? html`<a class=${`button ${one.isMain ? 'is-main' : 'is-quiet'}${one.icon ? ` icon-${one.icon}` : ''}`} href=${one.to}>${one.label}</a>`
      : html`<button class=${`button ${one.isMain ? 'is-main' : 'is-quiet'}${one.icon ? ` icon-${one.icon}` : ''}`} onClick=${one.run}>${one.label}</button>`)}</div>`}
  </div>${children}`;
}
