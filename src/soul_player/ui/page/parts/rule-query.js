// The text of a rule, and beneath it what it means: where it is wrong, in place; else each condition, to be taken away or typed over.
import { html, useRef } from '../dom.js';
import { beginnings, conditions as words, rules, saidOf } from '../words-rules.js';
import { openMenu } from './menu.js';

// Places count characters, the browser counts halves of some.
const cut = (text, from, to) => Array.from(text).slice(from, to).join('');

// The text without one condition; a group of which nothing is left goes with its comma.
function without(text, conditions, gone) {
  const groups = new Map();
  for (const one of conditions) if (one !== gone) groups.set(one.group, [...(groups.get(one.group) || []), cut(text, one.start, one.end)]);
  return [...groups.values()].map((terms) => terms.join(' ')).join(', ');
}

export function RuleQuery({ text, plan, fault, isFixed }) {
  const input = useRef();
  // What is shown is of the text that stands there, or nothing.
  const shown = plan && plan.query === text.value && !fault ? plan.conditions : null;
  const select = (from, to) => {
    input.current.focus();
    input.current.setSelectionRange(cut(text.value, 0, from).length, cut(text.value, 0, to).length);
  };
  const change = (value) => {
    text.value = value;
    input.current.value = value;
  };
  const take = (one) => {
    change(without(text.value, plan.conditions, one));
    input.current.focus();
  };
  const begin = ({ field, value }) => {
    const before = text.value.trim() ? `${text.value.trim()} ` : '';
    change(`${before}${field}:${value}`);
    // Behind the menu's own last word on the focus.
    requestAnimationFrame(() => select(Array.from(before).length + field.length + 1, Infinity));
  };
  const menu = (event) => openMenu(event.currentTarget, beginnings.map((one) => ({ label: one.label, icon: one.icon, run: () => begin(one) })), event, words.add);
  return html`
    <div class="field is-query"><span class="of-field"><label for="rule-query">${rules.query}</label><small id="rule-hint">${isFixed ? rules.fixed : rules.queryHint}</small></span>
      <span class=${`query-box${shown ? ' icon-check' : ''}`}><input id="rule-query" name="query" ref=${input} dir="auto" required maxlength="2000" value=${text.value} readonly=${isFixed} spellcheck="false" autocapitalize="off" autocomplete="off" aria-invalid=${Boolean(fault)} aria-describedby="rule-hint rule-said" onInput=${(event) => (text.value = event.target.value)} /></span></div>
    <p id="rule-said" class=${fault ? 'fault' : 'unseen'} aria-live="polite">${fault ? html`<${Fault} text=${text.value} fault=${fault} />` : shown ? rules.valid : ''}</p>
    ${!isFixed && html`<ul class="conditions" aria-label=${words.label}>
      ${shown?.map((one, at) => html`${at > 0 && shown[at - 1].group !== one.group && html`<li class="is-or">${words.or}</li>`}<${Condition} key=${`${one.start}`} one=${one} select=${() => select(one.start, one.end)} take=${() => take(one)} />`)}
      <li><button type="button" class="chip is-adding icon-plus" aria-haspopup="menu" onClick=${menu}>${words.add}</button></li>
    </ul>`}`;
}

function Condition({ one, select, take }) {
  const [name, verb, value] = saidOf(one);
  const said = `${name} ${verb} ${value}`;
  return html`<li class="condition"><button type="button" aria-label=${words.select(said)} onClick=${select} dir="auto"><b>${name}</b> ${verb} <b>${value}</b></button><button type="button" class="icon-close" aria-label=${words.remove(said)} onClick=${take}></button></li>`;
}

function Fault({ text, fault }) {
  const at = fault.position;
  // All that stands there is what is wrong, up to where something else begins.
  const rest = at === undefined ? '' : cut(text, at);
  const wrong = /^[^\s,]*/.exec(rest)[0] || rest.slice(0, 1);
  return html`${fault.message}${fault.hint ? ` – ${fault.hint}` : ''}${at !== undefined && html`<br /><code>${cut(text, 0, at)}<mark>${wrong || '▁'}</mark>${rest.slice(wrong.length)}</code>`}`;
}
