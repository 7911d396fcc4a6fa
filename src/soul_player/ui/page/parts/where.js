// Where a track is, in an icon and in words.
import { html } from '../dom.js';
import { whereIs } from '../state/tracks.js';
import { where as words } from '../words.js';

const ICONS = {
  local_file: 'folder', cached: 'check', stream_only: 'cloud', queued: 'clock', failed: 'warn', unavailable: 'unplug',
};

export function whereWords(row) {
  const { state, percent, names: away = [] } = whereIs(row);
  if (state === 'percent') return words.percent(percent);
  return state === 'unavailable' && away.length ? words.away(away) : words[state];
}

export function Where({ row, role }) {
  const { state, percent } = whereIs(row);
  if (state === 'percent') {
    return html`<span class="where is-percent" role=${role} title=${words.downloading}><i class="ring" style=${{ '--done': percent }}></i>${words.percent(percent)}</span>`;
  }
  return html`<span role=${role} class=${`where is-${state} icon-${ICONS[state]}`} title=${whereWords(row)}>${words[state]}</span>`;
}
