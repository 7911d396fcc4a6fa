// What needs a person: never modal, nothing waits for it but itself; every answer can be taken back.
import { html, useSignal } from '../dom.js';
import { questions, useReading } from '../state/sync.js';
import { decisions as words } from '../words-sync.js';
import { Card } from './cards.js';
import { ChoiceQuestion, titleOf } from './choice-question.js';
import { MergeQuestion } from './merge-question.js';

const SHOWN = 5;

export function Decisions() {
  const found = useReading(questions)?.questions;
  const isWhole = useSignal(false);
  // Said later: it is folded away until the page is loaded again, and goes on being counted.
  const later = useSignal(new Set());
  if (!found) return null;
  const shown = isWhole.value ? found : found.slice(0, SHOWN);
  const put = (id, isLater) => {
    const next = new Set(later.value);
    if (isLater) next.add(id);
    else next.delete(id);
    later.value = next;
  };
  return html`<${Card} title=${words.title} kind="decisions" hint=${found.length ? '' : words.none}>
    ${shown.map((question) => html`<article class="decision" key=${question.id}>
      ${later.value.has(question.id)
        ? html`<div class="decision-head icon-clock"><span dir="auto">${titleOf(question)}</span><button class="link" onClick=${() => put(question.id, false)}>${words.show}</button></div>`
        : html`<${Ask} question=${question} putOff=${() => put(question.id, true)} />`}
    </article>`)}
    ${found.length > shown.length && html`<div class="actions"><button class="button is-quiet" onClick=${() => (isWhole.value = true)}>${words.more(found.length - shown.length)}</button></div>`}
  </${Card}>`;
}

function Ask({ question, putOff }) {
  return question.kind === 'merge' ? html`<${MergeQuestion} question=${question} putOff=${putOff} />` : html`<${ChoiceQuestion} question=${question} putOff=${putOff} />`;
}
