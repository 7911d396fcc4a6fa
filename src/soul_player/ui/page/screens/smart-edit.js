// A saved query: a new one, or one that there is; what keeps it on this device is said beside it.
import { api } from '../api.js';
import { html, useRef } from '../dom.js';
import { Doing } from '../parts/cards.js';
import { KEPT, RuleEditor } from '../parts/rule-editor.js';
import { go, query as parameters } from '../router.js';
import { playlists, readPlaylists } from '../state/live.js';
import { deleteSmart, keepsOf, ruleBody, ruleOf } from '../state/rules.js';
import { rules as ruleList, useReading } from '../state/sync.js';
import { rules as words } from '../words-rules.js';
import Nowhere from './nowhere.js';

const OFF = { ...KEPT, is_on: false };

export default function SmartEdit({ id }) {
  const rules = useReading(ruleList)?.rules;
  if (!id) return html`<${Editor} known=${{ name: '', query: parameters.value.get('query') || '' }} />`;
  const { smart, isRead } = playlists.value;
  const known = smart.find((one) => one.id === Number(id));
  if (!known) return isRead ? html`<${Nowhere} />` : html`<p class="waiting"></p>`;
  return rules ? html`<${Editor} known=${known} rule=${ruleOf(rules, known)} key=${id} />` : html`<p class="waiting"></p>`;
}

function Editor({ known, rule }) {
  // What was made stays made when something after it was refused: saved again, it is changed.
  const made = useRef({ id: known.id, rule });
  const save = async ({ keep, name, query, order }) => {
    const { current } = made;
    if (current.id) await api.put(`/api/smart-playlists/${current.id}`, { name, query, order });
    else current.id = (await api.post('/api/smart-playlists', { name, query, order })).id;
    readPlaylists();
    const before = current.rule;
    if (before) current.rule = await api.put(`/api/rules/${before.id}`, ruleBody({ name: before.name === known.name ? name : before.name, query }, keep));
    else if (keep.is_on) current.rule = await api.post('/api/rules', ruleBody({ name, query }, keep));
    if (current.rule) await ruleList.now();
    go(`/smart/${current.id}`);
  };
  const remove = async () => {
    await deleteSmart(known);
    go('/playlists');
  };
  const back = known.id ? { to: `/smart/${known.id}`, label: known.name } : { to: '/playlists', label: words.backSmart };
  return html`<${RuleEditor} title=${known.id ? words.editSmart : words.newSmart} back=${back} known=${known} keeps=${rule ? keepsOf(rule) : OFF} hasOrder=${true} save=${save}>
    ${known.id && html`<div class="actions"><${Doing} kind="is-bad" icon="trash" run=${remove}>${words.delete}</${Doing}></div>`}
  </${RuleEditor}>`;
}
