// On a phone: everything that has no tab of its own.
import { html } from '../dom.js';
import { Heading } from '../parts/heading.js';
import { status } from '../state/live.js';
import { isHelpOpen, panel } from '../state/window.js';
import { frame, titles } from '../words.js';
import { queue, shortcuts } from '../words-more.js';

export default function More() {
  const decisions = (status.value?.decisions || 0) + (status.value?.failed_edits || 0);
  const line = (to, icon, name, told) => html`<li><a class="line" href=${to}><i class=${`icon-${icon}`}></i><b>${name}</b>${told && html`<span class="where">${told}</span>`}<i class="icon-chevron-right"></i></a></li>`;
  const act = (run, icon, name) => html`<li><button class="line" onClick=${run}><i class=${`icon-${icon}`}></i><b>${name}</b><i class="icon-chevron-right"></i></button></li>`;
  return html`<${Heading} title=${titles.more} /><ul class="line-list">
    ${line('/sync', 'sync', titles.sync, decisions ? frame.toDecide(decisions) : '')}
    ${line('/settings', 'gear', titles.settings)}
    ${act(() => (panel.value = { kind: 'queue' }), 'queue', queue.title)}
    ${line('/history', 'history', titles.history)}
    ${line('/favourites', 'heart', titles.favourites)}
    ${line('/recent', 'clock', titles.recent)}
    ${act(() => (isHelpOpen.value = true), 'key', shortcuts.title)}
  </ul>`;
}
