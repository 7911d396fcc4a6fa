// Edits that no server takes: still shown here, until a person says what is to be done.
import { api } from '../api.js';
import { html, useSignal } from '../dom.js';
import { readStatus } from '../state/live.js';
import { failedEdits, useReading } from '../state/sync.js';
import { actions } from '../words.js';
import { sync as words, waiting } from '../words-sync.js';
import { AskForm, Card, Doing, Field } from './cards.js';

export function FailedEdits() {
  const found = useReading(failedEdits)?.failed_edits;
  if (!found?.length) return null;
  return html`<${Card} title=${words.failedEdits} hint=${words.failedHint}><ul>${found.map((edit) => html`<${FailedEdit} key=${edit.id} edit=${edit} />`)}</ul></${Card}>`;
}

function FailedEdit({ edit }) {
  const isChanging = useSignal(false);
  const done = () => {
    isChanging.value = false;
    failedEdits.read();
    readStatus();
  };
  const does = (act) => async () => {
    await act();
    done();
  };
  const isRating = edit.operation === 'rating.set';
  const correct = async ({ value }) => {
    await api.post(`/api/failed-edits/${edit.id}/correct`, isRating ? { rating: Number(value) } : { name: value });
    done();
  };
  return html`<li class="entry icon-warn"><span class="entry-words"><strong dir="auto">${edit.fields.name || waiting.unnamed}</strong><small dir="auto">${edit.source_name}: ${edit.message || edit.reason}</small>
    ${isChanging.value
      ? html`<${AskForm} submit=${correct} footer=${(isBusy) => html`<div class="actions"><button class="button is-main is-small" disabled=${isBusy}>${actions.save}</button><button type="button" class="button is-quiet is-small" onClick=${() => (isChanging.value = false)}>${actions.cancel}</button></div>`}>
          <${Field} label=${isRating ? words.newRating : words.newName} name="value" required type=${isRating ? 'number' : 'text'} min="0" max="5" maxlength="200" value=${edit.fields.name || edit.fields.rating || ''} />
        </${AskForm}>`
      : html`<span class="actions">
          <${Doing} kind="is-quiet is-small" run=${does(() => api.post(`/api/failed-edits/${edit.id}/retry`))}>${words.retry}</${Doing}>
          ${edit.can_correct && html`<button class="button is-quiet is-small" onClick=${() => (isChanging.value = true)}>${words.correct}</button>`}
          <${Doing} kind="is-bad is-small" run=${does(() => api.delete(`/api/failed-edits/${edit.id}`))}>${words.discard}</${Doing}>
        </span>`}</span></li>`;
}
