// What a rule means now: read again as it is typed, and shown in numbers and in its first tracks.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { useLibraryList } from '../screens/tracks.js';
import { clock, size } from '../words.js';
import { rules as words } from '../words-rules.js';
import { Card, Line } from './cards.js';
import { Cover } from './cover.js';
import { Where } from './where.js';

const TYPING_MS = 200;
const SHOWN = 6;

// `plan`: of `plan.query`, the last one that was none; `fault`: of the text as it stands.
export function usePlan(text, budget, quality) {
  const plan = useSignal(null);
  const fault = useSignal(null);
  useEffect(() => {
    if (!text.trim()) {
      fault.value = plan.value = null;
      return undefined;
    }
    // A late answer to old words is never shown.
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await api.get('/api/rules/preview', { query: text, budget_bytes: budget || undefined, quality }, { signal: asking.signal });
        plan.value = { query: text, ...found };
        fault.value = null;
      } catch (error) {
        if (error.name !== 'AbortError') fault.value = error;
      }
    }, plan.value ? TYPING_MS : 0);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [text, budget, quality]);
  return { plan: plan.value, fault: fault.value };
}

export function Matches({ plan, order, isKept }) {
  return html`<${Card} title=${words.matches} kind="is-plan">${plan ? html`<${Plan} plan=${plan} order=${order} isKept=${isKept} />` : html`<p class="quiet">${words.empty}</p>`}</${Card}>`;
}

function Plan({ plan, order, isKept }) {
  const list = useLibraryList({ query: plan.query, order, show: 'all' });
  list.tick.value;
  const rows = [...Array(SHOWN).keys()].map((place) => list.at(place)).filter(Boolean);
  const away = plan.tracks - plan.here;
  const left = isKept ? plan.left_bytes : null;
  const share = (bytes) => ({ '--share': bytes / Math.max(1, plan.bytes, plan.here_bytes + plan.fetched_bytes + (left || 0)) });
  const row = (kind, said, bytes) => html`<li class=${kind}><span>${said}</span>${bytes === undefined ? '' : html`<b>${size(bytes)}</b>`}</li>`;
  return html`
    <p class="plan" role="status">${words.plan(plan.tracks, plan.bytes)}</p>
    ${plan.tracks === 0 && html`<p class="quiet">${words.none}</p>`}
    <div class="room" aria-hidden="true"><i class="is-automatic" style=${share(plan.here_bytes)}></i>${isKept && html`<i style=${share(plan.fetched_bytes)}></i>`}</div>
    <ul class="legend is-list">
      ${row('is-automatic', words.here(plan.here), plan.here_bytes)}
      ${isKept ? plan.fetched > 0 && row('', words.fetch(plan.fetched), plan.fetched_bytes) : away > 0 && row('is-free', words.stream(away), plan.bytes - plan.here_bytes)}
      ${isKept && plan.beyond_budget > 0 && row('is-free', words.beyond(plan.beyond_budget))}
      ${left !== null && row('is-free', words.left, left)}
    </ul>
    <ul>${rows.map((one) => html`<${Line} key=${one.id} cover=${html`<${Cover} of=${one.id} artwork=${one.artwork_id} name=${one.album || one.title} />`} title=${one.title} sub=${one.artist}><${Where} row=${one} /><span class="state">${clock(one.duration_seconds)}</span></${Line}>`)}</ul>
    ${plan.tracks > SHOWN && html`<a class="button is-quiet is-whole" href=${`/search?${new URLSearchParams({ text: plan.query })}`}>${words.all(plan.tracks)}</a>`}`;
}
