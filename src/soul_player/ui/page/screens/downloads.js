// Downloads: what comes now, what comes next and may be moved, what waits and why, what failed, how much room is left.
import { api } from '../api.js';
import { html, useSignal } from '../dom.js';
import { Card, Doing } from '../parts/cards.js';
import { Dialog } from '../parts/dialog.js';
import { DownloadLine } from '../parts/download-line.js';
import { Empty } from '../parts/empty.js';
import { Heading } from '../parts/heading.js';
import { Starts } from '../parts/starts.js';
import { StorageCard } from '../parts/storage.js';
import { askToSignIn } from '../parts/source-dialogs.js';
import { say, trouble } from '../parts/toasts.js';
import { status } from '../state/live.js';
import { queue, useQueue } from '../state/queue-of-downloads.js';
import { actions, titles } from '../words.js';
import { downloads as words, left, sources as sourceWords } from '../words-sync.js';

const SHOWN = 50;
const isActive = (row) => row.state === 'active';
const over = 'failed';

// What can be done about the first of them: a server that wants its password again is signed in to, all else is tried again.
function NoteAction({ failed, retry }) {
  const asking = status.value?.sources.find((one) => one.id === failed[0].source_id && one.needs_sign_in);
  if (asking) return html`<button onClick=${() => askToSignIn(asking)}>${sourceWords.signInAgain}</button>`;
  return html`<button onClick=${() => retry().catch(trouble)}>${words.retryAll}</button>`;
}

export default function Downloads() {
  const { rows, counts, rate, limit } = useQueue();
  const isWhole = useSignal(false);
  const isAsking = useSignal(false);
  if (!rows) return html`<${Heading} title=${titles.downloads} sub="" />`;
  const failed = rows.filter((row) => row.state === over);
  const now = rows.filter((row) => isActive(row));
  const waiting = rows.filter((row) => row.state !== over && !isActive(row));
  const isPaused = counts.is_paused || (waiting.length > 0 && waiting.every((row) => row.state === 'paused'));
  const rest = rows.reduce((sum, row) => (row.state === over ? sum : sum + Math.max(0, (row.bytes_total || 0) - row.bytes_done)), 0);
  const shown = isWhole.value ? waiting : waiting.slice(0, SHOWN);
  const all = (what) => () => queue.act(() => api.post(`/api/downloads/${what}`, {}));

  const move = async (row, by) => {
    const from = waiting.indexOf(row);
    const to = Math.max(0, Math.min(waiting.length - 1, from + by));
    if (from === to) return;
    const others = waiting.filter((one) => one !== row);
    await queue.act(() => api.post(`/api/downloads/${row.id}/move`, { after: to === 0 ? null : others[to - 1].id }));
    say(words.moved(row.title, to + 1));
  };
  return html`
    <${Heading} title=${titles.downloads} sub=${rows.length === 0 ? words.idle : words.sub({ ...counts, rate, limit, left: rate && rest ? left(rest / rate) : '' })}>
      ${waiting.length + now.length > 0 && html`<${Doing} icon=${isPaused ? 'play' : 'pause'} run=${all(isPaused ? 'resume' : 'pause')}>${isPaused ? words.resumeAll : words.pauseAll}</${Doing}>
        <button class="button is-quiet icon-close" onClick=${() => (isAsking.value = true)}><span>${words.cancelAll}</span></button>`}
    </${Heading}>
    ${failed.length > 0 && html`<p class="note is-bad icon-warn" role="status"><span dir="auto">${words.failedNote(failed.length)} ${failed[0].error || ''}</span><${NoteAction} failed=${failed} retry=${all('retry')} /></p>`}
    ${rows.length === 0
      ? html`<${Empty} icon="down" title=${words.none} text=${words.noneHint} actions=${[{ label: words.browse, icon: 'disc', to: '/albums', isMain: true }, { label: words.rule, icon: 'bolt', to: '/rules/new' }]}><${Starts} kind="downloads" /></${Empty}>
        <div class="is-below"><${StorageCard} /></div>`
      : html`<div class="boxes">
      <div class="column">
        ${now.length > 0 && html`<${Card} title=${words.now}><ul>${now.map((row) => html`<${DownloadLine} key=${row.id} row=${row} />`)}</ul></${Card}>`}
        ${waiting.length > 0 && html`<${Card} title=${words.next} hint=${words.nextHint}>
          <ul>${shown.map((row) => html`<${DownloadLine} key=${row.id} row=${row} move=${move} dropped=${(dragged) => {
            const held = waiting.find((one) => one.id === dragged);
            if (held) move(held, waiting.indexOf(row) - waiting.indexOf(held));
          }} />`)}</ul>
          ${waiting.length > shown.length && html`<div class="actions"><button class="button is-quiet" onClick=${() => (isWhole.value = true)}>${words.more(waiting.length)}</button></div>`}
        </${Card}>`}
      </div>
      <div class="column">
        <${StorageCard} />
        ${failed.length > 0 && html`<${Card} title=${words.failed}><ul>${failed.map((row) => html`<${DownloadLine} key=${row.id} row=${row} />`)}</ul></${Card}>`}
      </div>
    </div>`}
    ${isAsking.value && html`<${Dialog} title=${words.clearQuestion} onClose=${() => (isAsking.value = false)}><p>${words.clearText}</p>
      <form method="dialog"><footer><button type="button" class="button is-quiet" onClick=${() => (isAsking.value = false)}>${actions.cancel}</button>
      <${Doing} kind="is-danger" run=${async () => { await all('cancel')(); isAsking.value = false; say(words.cancelledAll); }}>${words.cancelAll}</${Doing}></footer></form></${Dialog}>`}`;
}
