// Chips: all, what plays without a network, files of this device, each source. Remembered, the same everywhere.
import { html } from '../dom.js';
import { filter } from '../state/kept.js';
import { counts, status } from '../state/live.js';
import { count, filters as words } from '../words.js';

export function FilterChips({ isShort, favourites = true }) {
  const { show, source } = filter.value;
  const sources = status.value?.sources || [];
  const chip = (label, icon, values, told) => {
    const isOn = values.show === show && (values.source ?? null) === (source ?? null);
    return html`<button class=${`chip${icon ? ` icon-${icon}` : ''}`} aria-pressed=${isOn} onClick=${() => (filter.value = { source: null, ...values })}>${label}${told !== undefined ? html` <small>${count(told)}</small>` : ''}</button>`;
  };
  return html`<div class="chips" role="group" aria-label=${words.label}>
    ${chip(words.all, '', { show: 'all' })}
    ${chip(words.offline, 'check', { show: 'offline' }, isShort ? undefined : counts.value?.offline)}
    ${chip(words.device, 'folder', { show: 'device' })}
    ${sources.map((one) => chip(one.name, one.type === 'folder' ? 'folder' : 'cloud', { show: 'all', source: one.id }))}
    ${favourites && chip(words.favourites, 'heart', { show: 'favourites' })}
  </div>`;
}

// As the API takes it. A source that was removed is no filter any more.
export function filterQuery() {
  const { show, source } = filter.value;
  const isKnown = source === null || !status.value || status.value.sources.some((one) => one.id === source);
  return { show, source: isKnown ? source : null };
}
