// A rule of what is kept on this device by itself: what it would mean is shown before it is made.
import { api } from '../api.js';
import { html, useEffect, useSignal } from '../dom.js';
import { AskForm, Card, Field, Line } from '../parts/cards.js';
import { Cover } from '../parts/cover.js';
import { Heading } from '../parts/heading.js';
import { toast } from '../parts/toasts.js';
import { Where } from '../parts/where.js';
import { go, query as parameters } from '../router.js';
import { rules as ruleList, storage, useReading } from '../state/sync.js';
import { actions, clock, size } from '../words.js';
import { rules as words } from '../words-sync.js';
import { useLibraryList } from './tracks.js';

const GB = 1_000_000_000;
const BUDGETS = [1, 2, 5, 10, 20, 50, 100].map((value) => value * GB);
const TYPING_MS = 200;
const SHOWN = 6;

const toFetch = (plan) => Math.max(0, plan.tracks - plan.here - plan.beyond_budget);

export default function Rule() {
  const text = useSignal(parameters.value.get('query') || '');
  const budget = useSignal(0);
  const weight = useSignal('50');
  const plan = useSignal(null);
  const fault = useSignal(null);
  const room = useReading(storage);

  useEffect(() => {
    fault.value = null;
    if (!text.value.trim()) {
      plan.value = null;
      return undefined;
    }
    // A late answer to old words is never shown.
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        plan.value = { query: text.value, ...(await api.get('/api/rules/preview', { query: text.value, budget_bytes: budget.value || undefined }, { signal: asking.signal })) };
      } catch (error) {
        if (error.name !== 'AbortError') fault.value = error;
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [text.value, budget.value]);

  const submit = async ({ name }) => {
    const rule = await api.post('/api/rules', { name, query: text.value, weight: Number(weight.value), ...(budget.value ? { budget_bytes: budget.value } : {}) });
    ruleList.read();
    toast(words.saved(rule.name));
    go('/settings');
  };
  const at = fault.value?.position;
  return html`
    <a class="back icon-chevron-left" href="/settings">${words.back}</a>
    <${Heading} title=${words.new} />
    <div class="boxes">
      <div class="column"><${Card} title=${words.which}>
        <${AskForm} submit=${submit} footer=${(isBusy) => html`${plan.value && html`<p class="hint on-phone">${words.plan(plan.value.tracks, plan.value.bytes)} · ${words.fetch(toFetch(plan.value))}</p>`}<div class="actions"><button class="button is-main" disabled=${isBusy || !plan.value || Boolean(fault.value)}>${words.save}</button><a class="button is-quiet" href="/settings">${actions.cancel}</a></div>`}>
          <${Field} label=${words.name} name="name" required maxlength="100" defaultValue=${parameters.value.get('name') || ''} autofocus />
          <${Field} label=${words.query} name="query" required maxlength="2000" value=${text.value} spellcheck="false" autocapitalize="off" aria-invalid=${Boolean(fault.value)} aria-describedby="rule-said" hint=${words.queryHint} onInput=${(event) => (text.value = event.target.value)} />
          <p id="rule-said" class=${fault.value ? 'fault' : 'hint'} aria-live="polite">${fault.value ? html`${fault.value.message}${at === undefined ? '' : html`<br /><code>${text.value.slice(0, at)}<mark>${text.value.slice(at, at + 1) || '▁'}</mark>${text.value.slice(at + 1)}</code>`}` : plan.value ? words.valid : ''}</p>
          <label class="field"><span>${words.room}</span><select onChange=${(event) => (budget.value = Number(event.target.value))}><option value="0">${words.noLimit}</option>${BUDGETS.filter((value) => !room || value <= room.limit_bytes).map((value) => html`<option key=${value} value=${value}>${words.upTo(value)}</option>`)}</select></label>
          <div class="field"><span id="rule-weight">${words.weight}</span><div class="segments" role="group" aria-labelledby="rule-weight">${Object.entries(words.weights).map(([key, label]) => html`<button type="button" key=${key} aria-pressed=${weight.value === key} onClick=${() => (weight.value = key)}>${label}</button>`)}</div></div>
        </${AskForm}>
      </${Card}></div>
      <div class="column"><${Card} title=${words.matches}>${plan.value ? html`<${Plan} plan=${plan.value} />` : html`<p class="quiet">${words.empty}</p>`}</${Card}></div>
    </div>`;
}

function Plan({ plan }) {
  const list = useLibraryList({ query: plan.query, order: 'artist', show: 'all' });
  list.tick.value;
  const rows = [...Array(SHOWN).keys()].map((place) => list.at(place)).filter(Boolean);
  const share = (bytes) => ({ '--share': plan.bytes ? bytes / plan.bytes : 0 });
  return html`
    <p class="plan" role="status">${words.plan(plan.tracks, plan.bytes)}</p>
    <div class="room" aria-hidden="true"><i class="is-automatic" style=${share(plan.here_bytes)}></i></div>
    <ul class="legend is-list"><li class="is-automatic">${words.here(plan.here)} · ${size(plan.here_bytes)}</li><li>${words.fetch(toFetch(plan))}</li>${plan.beyond_budget > 0 && html`<li class="is-free">${words.beyond(plan.beyond_budget)}</li>`}</ul>
    <ul>${rows.map((row) => html`<${Line} key=${row.id} cover=${html`<${Cover} of=${row.id} artwork=${row.artwork_id} name=${row.album || row.title} />`} title=${row.title} sub=${row.artist}><${Where} row=${row} /><span class="state">${clock(row.duration_seconds)}</span></${Line}>`)}</ul>
    ${plan.tracks > SHOWN && html`<div class="actions"><a class="button is-quiet" href=${`/search?${new URLSearchParams({ text: plan.query })}`}>${words.all(plan.tracks)}</a></div>`}`;
}
