// The servers that do not answer: since when, when they are asked again, and asking one now.
import { html } from '../dom.js';
import { syncSource } from '../state/acts.js';
import { status } from '../state/live.js';
import { ago, sources as words, sync as syncWords } from '../words-sync.js';
import { Doing } from './cards.js';

export default function AwayServers() {
  const away = (status.value?.sources || []).filter((one) => one.type === 'server' && !one.is_online);
  if (!away.length) return null;
  const told = (one) => [one.last_sync_at ? words.reached(ago(one.last_sync_at)) : syncWords.never, one.retry_at && words.nextTry((new Date(one.retry_at) - Date.now()) / 1_000)].filter(Boolean).join(' · ');
  return html`<section class="empty-more" aria-labelledby="away-servers"><h2 id="away-servers">${words.servers}</h2><ul>
    ${away.map((one) => html`<li key=${one.id}><div class="is-line icon-cloud"><span class="entry-words"><strong dir="auto">${one.name}</strong><small>${told(one)}</small></span><${Doing} kind="is-quiet is-small" run=${() => syncSource(one.id)}>${words.tryNow}</${Doing}></div></li>`)}
  </ul></section>`;
}
