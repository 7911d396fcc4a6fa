// The keys, in one table; and the switch for those that are letters alone.
import { html } from '../dom.js';
import { hasLetterKeys } from '../state/kept.js';
import { isHelpOpen } from '../state/window.js';
import { shortcuts as words } from '../words-more.js';
import { Dialog } from './dialog.js';

const or = (...keys) => keys.flatMap((key, place) => (place ? [html`<span>${words.or}</span>`, key] : [key]));
const then = (one, other) => [key(one), html`<span>${words.then}</span>`, key(other)];
const key = (name) => html`<kbd>${name}</kbd>`;

const GROUPS = {
  playback: {
    toggle: key('Space'), seek: or(key('←'), key('→')), step: [key('Shift'), ...or(key('←'), key('→'))], volume: or(key('-'), key('=')),
    mute: key('M'), shuffle: key('S'), repeat: key('R'), favourite: key('L'),
  },
  find: {
    search: key('/'), albums: then('G', 'A'), tracks: then('G', 'T'), playlists: then('G', 'P'), downloads: then('G', 'D'), current: key('C'),
  },
  lists: {
    rows: or(key('↑'), key('↓')), playRow: key('Enter'), queueRow: [key('Shift'), key('Enter')], moveRow: [key('Alt'), ...or(key('↑'), key('↓'))], queue: key('Q'), close: key('Esc'), help: key('?'),
  },
};

export default function Help() {
  return html`<${Dialog} title=${words.title} kind="is-wide" onClose=${() => (isHelpOpen.value = false)}>
    <div class="keys">${Object.entries(GROUPS).map(([group, keys]) => html`<section><h3>${words.groups[group]}</h3><dl>${Object.entries(keys).map(([name, shown]) => html`<div><dt>${words.names[name]}</dt><dd>${shown}</dd></div>`)}</dl></section>`)}</div>
    <label class="setting"><span><b>${words.letters}</b><small>${words.lettersHint}</small></span><input type="checkbox" role="switch" class="switch" checked=${hasLetterKeys.value} onChange=${(event) => (hasLetterKeys.value = event.target.checked)} /></label>
  </${Dialog}>`;
}
