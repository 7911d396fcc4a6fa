// A rule of what is kept on this device by itself: a new one, or one that there is.
import { api } from '../api.js';
import { html } from '../dom.js';
import { Doing } from '../parts/cards.js';
import { KEPT, RuleEditor } from '../parts/rule-editor.js';
import { toast } from '../parts/toasts.js';
import { go, query as parameters } from '../router.js';
import { deleteRule, keepsOf, ruleBody } from '../state/rules.js';
import { rules as ruleList, useReading } from '../state/sync.js';
import { rules as words } from '../words-rules.js';
import Nowhere from './nowhere.js';

const BACK = { to: '/settings', label: words.back };

export default function Rule({ id }) {
  const found = useReading(ruleList)?.rules;
  if (!id) return html`<${New} />`;
  const rule = found?.find((one) => one.id === Number(id) && one.kind !== 'asked');
  if (!rule) return found ? html`<${Nowhere} />` : html`<p class="waiting"></p>`;
  return html`<${Known} rule=${rule} key=${id} />`;
}

async function done(saved) {
  await ruleList.now();
  toast(saved.is_live ? words.saved(saved.name) : words.savedOff(saved.name));
  go('/settings');
}

function New() {
  const known = { name: parameters.value.get('name') || '', query: parameters.value.get('query') || '' };
  const save = async ({ keep, ...said }) => done(await api.post('/api/rules', ruleBody(said, keep)));
  return html`<${RuleEditor} title=${words.new} back=${BACK} known=${known} keeps=${KEPT} save=${save} />`;
}

function Known({ rule }) {
  const isFixed = rule.kind === 'built_in';
  const known = { name: (isFixed && words.builtInNames[rule.name]) || rule.name, query: rule.query };
  const save = async ({ keep, ...said }) => done(await api.put(`/api/rules/${rule.id}`, ruleBody(isFixed ? rule : said, keep)));
  const remove = async () => {
    await deleteRule(rule);
    go('/settings');
  };
  return html`<${RuleEditor} title=${words.edit} back=${BACK} known=${known} keeps=${keepsOf(rule)} isFixed=${isFixed} save=${save}>
    ${!isFixed && html`<div class="actions"><${Doing} kind="is-bad" icon="trash" run=${remove}>${words.delete}</${Doing}></div>`}
  </${RuleEditor}>`;
}
