// Queries that most libraries have something for: one press makes a smart playlist of one, or leads to a rule of it.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { go } from '../router.js';
import { readPlaylists } from '../state/live.js';
import { starts as words } from '../words-more.js';
import { Cover } from './cover.js';
import { trouble } from './toasts.js';

const SHOWN = 3;

// `kind`: 'playlists' or 'downloads'. What would hold nothing is not offered.
export function Starts({ kind }) {
  const found = useSignal([]);
  useEffect(() => {
    const asking = new AbortController();
    const counted = words.all.map(async ([name, query]) => ({ name, query, ...(await api.get('/api/rules/preview', { query }, { signal: asking.signal })) }));
    Promise.all(counted).then((all) => (found.value = all.filter((one) => one.tracks > 0).slice(0, SHOWN)), trouble);
    return () => asking.abort();
  }, []);
  if (!found.value.length) return null;
  const make = async ({ name, query }) => {
    try {
      const made = await api.post('/api/smart-playlists', { name, query, order: 'added' });
      readPlaylists();
      go(`/smart/${made.id}`);
    } catch (error) {
      trouble(error);
    }
  };
  const inside = (one, icon) => html`<${Cover} name=${one.name} /><span class="entry-words"><strong>${one.name}</strong><small>${kind === 'downloads' ? words.sum(one.tracks, one.bytes) : words.tracks(one.tracks)}</small></span><i class=${`icon-${icon}`}></i>`;
  return html`<section class="empty-more" aria-labelledby="starts"><h2 id="starts">${words[kind]}</h2><ul>${found.value.map((one) => html`<li key=${one.query}>${kind === 'downloads'
    ? html`<a href=${`/rules/new?${new URLSearchParams({ name: one.name, query: one.query })}`}>${inside(one, 'down')}</a>`
    : html`<button onClick=${() => make(one)}>${inside(one, 'plus')}</button>`}</li>`)}</ul></section>`;
}
