// A question with a few plain answers, of which the first is the safe one: among the others, or by itself in a dialog.
import { html, useSignal } from '../dom.js';
import { answer } from '../state/acts.js';
import { readPlaylists } from '../state/live.js';
import { questions } from '../state/sync.js';
import { decisions as words } from '../words-sync.js';
import { Choices, Doing } from './cards.js';
import { Dialog } from './dialog.js';

export function titleOf(question) {
  return question.kind === 'merge' ? words.same : words[question.kind]?.title(question.evidence, question.source_name) || question.kind;
}

function useChoices(question) {
  const known = words[question.kind];
  const order = (known?.order || question.choices).filter((choice) => question.choices.includes(choice));
  const chosen = useSignal(order[0]);
  const options = order.map((choice) => [choice, ...(known?.choices[choice]?.(question.source_name) || [choice])]);
  // What is asked for the same reason about the same source, this one first.
  const alike = [question, ...(questions.value.value?.questions || []).filter((one) => one.id !== question.id && one.kind === question.kind && one.source_id === question.source_id)];
  const isForAll = useSignal(false);
  const draw = html`<${Choices} label=${titleOf(question)} name=${`question-${question.id}`} options=${options} value=${chosen.value} onChange=${(value) => (chosen.value = value)} />
    ${alike.length > 1 && html`<label class="check"><input type="checkbox" checked=${isForAll.value} onChange=${(event) => (isForAll.value = event.target.checked)} />${words.similar(alike.length)}</label>`}`;
  return { text: known?.text, draw, apply: () => answer(isForAll.value ? alike : question, { choice: chosen.value }) };
}

export function ChoiceQuestion({ question, putOff }) {
  const { text, draw, apply } = useChoices(question);
  return html`<h3 dir="auto">${titleOf(question)}</h3><p>${text}</p>${draw}
    <div class="actions">
      <${Doing} kind="is-main" run=${apply}>${words.apply}</${Doing}>
      <button class="button is-quiet" onClick=${putOff}>${words.later}</button>
    </div>`;
}

export function QuestionDialog({ question, close }) {
  const { text, draw, apply } = useChoices(question);
  const run = async () => {
    await apply();
    readPlaylists();
    close();
  };
  return html`<${Dialog} title=${titleOf(question)} kind="is-question" onClose=${close}><p>${text}</p>
    <form method="dialog">${draw}<footer><button type="button" class="button is-quiet" onClick=${close}>${words.later}</button><${Doing} kind="is-main" run=${run}>${words.apply}</${Doing}></footer></form>
  </${Dialog}>`;
}
