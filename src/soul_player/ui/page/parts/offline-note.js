// While no server answers, or none is asked: what still plays, said once at the top; it can be put away until the next time.
import { html, useSignal } from '../dom.js';
import { go } from '../router.js';
import { workOffline } from '../state/acts.js';
import { filter } from '../state/kept.js';
import { counts, status } from '../state/live.js';
import { frame } from '../words.js';
import { offline as words } from '../words-more.js';
import { trouble } from './toasts.js';

export default function OfflineNote() {
  const isAway = useSignal(false);
  if (isAway.value || !counts.value) return null;
  const isChosen = status.value.works_offline;
  const showThese = () => {
    filter.value = { show: 'offline', source: null };
    go('/tracks');
  };
  return html`<p class="note is-offline icon-unplug" role="status"><span><b>${isChosen ? words.chosen : words.away}</b> ${words.here(counts.value.offline)}</span>
    ${isChosen ? html`<button onClick=${() => workOffline(false).catch(trouble)}>${words.online}</button>` : counts.value.offline > 0 && filter.value.show !== 'offline' && html`<button onClick=${showThese}>${words.show}</button>`}
    <button class="round icon-close" aria-label=${frame.close} onClick=${() => (isAway.value = true)}></button></p>`;
}
