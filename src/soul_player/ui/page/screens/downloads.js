// Downloads: what comes now, what comes next and may be moved, what waits and why, what failed, how much room is left.
import { api } from '../api.js';
import { html, useSignal } from '../dom.js';
import { Card, Doing } from '../parts/cards.js';
import { Dialog } from '../parts/dialog.js';
import { DownloadLine } from '../parts/download-line.js';
import { Empty } from '../parts/empty.js';
import { Heading } from '../parts/heading.js';
import { StorageCard } from '../parts/storage.js';
import { say } from '../parts/toasts.js';
import { queue, useQueue } from '../state/queue-of-downloads.js';
import { actions, titles } from '../words.js';
import { downloads as words, left } from '../words-sync.js';

const SHOWN = 50;
const isActive = (row) => row.state === 'active';
const over = 'failed';

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
    <${Heading} title=${titles.downloads} sub=${words.sub({ ...counts, rate, limit, left: rate && rest ? left(rest / rate) : '' })}>
      ${failed.length > 0 && html`<${Doing} icon="sync" run=${all('retry')}>${words.retryAll}</${Doing}>`}
      ${waiting.length + now.length > 0 && html`<${Doing} icon=${isPaused ? 'play' : 'pause'} run=${all(isPaused ? 'resume' : 'pause')}>${isPaused ? words.resumeAll : words.pauseAll}</${Doing}>
        <button class="button is-quiet icon-close" onClick=${() => (isAsking.value = true)}><span>${words.cancelAll}</span></button>`}
    </${Heading}>
    ${failed.length > 0 && html`<p class="note is-bad icon-warn" role="status"><span>${words.failedNote(failed.length)} ${failed[0].error || ''}</span></p>`}
    <div class="boxes">
      <div class="column">
        ${rows.length === 0 && html`<${Empty} icon="down" title=${words.none} text=${words.noneHint} actions=${[{ label: words.browse, to: '/albums', isMain: true }, { label: words.rule, to: '/rules/new' }]} />`}
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
    </div>
    ${isAsking.value && html`<${Dialog} title=${words.clearQuestion} onClose=${() => (isAsking.value = false)}><p>${words.clearText}</p>
      <form method="dialog"><footer><button type="button" class="button is-quiet" onClick=${() => (isAsking.value = false)}>${actions.cancel}</button>
      <${Doing} kind="is-danger" run=${async () => { await all('cancel')(); isAsking.value = false; say(words.cancelledAll); }}>${words.cancelAll}</${Doing}></footer></form></${Dialog}>`}`;
}
