// The page of a rule or of a saved query: what it names on the left, what that means on the right, as one writes.
import { Problem } from '../api.js';
import { html, useRef, useSignal } from '../dom.js';
import { actions } from '../words.js';
import { conditions, rules as words } from '../words-rules.js';
import { Card, Field } from './cards.js';
import { Heading } from './heading.js';
import { Keep } from './rule-keep.js';
import { Matches, usePlan } from './rule-plan.js';
import { RuleQuery } from './rule-query.js';

export const KEPT = { is_on: true, budget_bytes: null, quality: 'original', weight: 50 };

// `known`: {name, query, order} to begin with; `keeps`: as KEPT; `save({name, query, order, keep})`; `children`: what else can be done.
export function RuleEditor({ title, back, known, keeps, hasOrder, isFixed, save, children }) {
  const text = useSignal(known.query);
  const order = useSignal(known.order || 'artist');
  const keep = useSignal(keeps);
  const refused = useSignal(null);
  const isBusy = useSignal(false);
  const said = useRef();
  const { plan, fault } = usePlan(text.value, keep.value.is_on ? keep.value.budget_bytes : null, keep.value.quality);
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy.value) return;
    isBusy.value = true;
    refused.value = null;
    try {
      await save({ name: event.target.elements.name.value, query: text.value, order: order.value, keep: keep.value });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.value = error;
      requestAnimationFrame(() => said.current?.scrollIntoView({ block: 'nearest' }));
    } finally {
      isBusy.value = false;
    }
  };
  const isKept = keep.value.is_on;
  return html`<form class="rule" onSubmit=${submit} aria-busy=${isBusy.value}>
    <a class="back icon-chevron-left" href=${back.to}>${back.label}</a>
    <${Heading} title=${title} />
    ${refused.value && html`<p class="fault" role="alert" ref=${said}>${refused.value.message}${refused.value.hint ? ` – ${refused.value.hint}` : ''}</p>`}
    <div class="boxes">
      <div class="column">
        <${Card} title=${words.which}>
          <div class=${hasOrder ? 'side-by-side' : undefined}>
            <${Field} label=${words.name} name="name" required maxlength="100" defaultValue=${known.name} readonly=${isFixed} autofocus=${!known.name} />
            ${hasOrder && html`<label class="field"><span>${words.order}</span><select value=${order.value} onChange=${(event) => (order.value = event.target.value)}>${conditions.orders.map(([key, label]) => html`<option key=${key} value=${key} selected=${order.value === key}>${label}</option>`)}</select></label>`}
          </div>
          <${RuleQuery} text=${text} plan=${plan} fault=${fault} isFixed=${isFixed} />
        </${Card}>
        <${Keep} keep=${keep} />
        ${children}
      </div>
      <div class="column"><${Matches} plan=${plan} order=${order.value} isKept=${isKept} /></div>
    </div>
    <footer>
      ${plan && html`<p class="on-phone"><b>${words.plan(plan.tracks, plan.bytes)}</b>${isKept && ` · ${words.toFetch(plan.fetched_bytes)}`}</p>`}
      <a class="button is-quiet" href=${back.to}>${actions.cancel}</a><button class="button is-main" disabled=${isBusy.value || !plan || Boolean(fault)}>${actions.save}</button>
    </footer>
  </form>`;
}
