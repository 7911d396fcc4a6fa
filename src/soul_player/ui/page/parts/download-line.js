// One download: how far it is or why it waits, and what can be done with it, by pointer and by keys.
import { api } from '../api.js';
import { html, useSignal } from '../dom.js';
import { queue } from '../state/queue-of-downloads.js';
import { knownTrack, rowTick } from '../state/tracks.js';
import { downloads as words, left } from '../words-sync.js';
import { Meter } from './cards.js';
import { Cover } from './cover.js';
import { trouble } from './toasts.js';

const KIND = 'application/x-soul-download';

function told(row) {
  if (row.state === 'failed') return [row.source_name, row.error].filter(Boolean).join(': ');
  const why = row.reason || (row.is_asked ? words.asked : words.automatic);
  const part = row.bytes_done > 0 ? words.bytes(row.bytes_done, row.bytes_total) : null;
  const resumed = row.resumed_bytes && row.bytes_total ? words.resumedAt(Math.floor((row.resumed_bytes / row.bytes_total) * 100)) : null;
  const quality = row.quality === 'original' ? null : words.quality(row.quality);
  const rest = row.rate && row.bytes_total ? left((row.bytes_total - row.bytes_done) / row.rate) : null;
  return [row.artist, row.bytes_done > 0 && row.isRunning ? null : why, part, rest, resumed, quality].filter(Boolean).join(' · ');
}

// `move(row, by)` and `dropped(id)`: for those whose order can be changed.
export function DownloadLine({ row, move, dropped }) {
  const isOver = useSignal(false);
  rowTick.value;
  const known = knownTrack(row.track_id);
  const act = (what) => queue.act(() => api.post(`/api/downloads/${what}`, { ids: [row.id] })).catch(trouble);
  const onKeyDown = (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!by) return;
    event.preventDefault();
    move(row, by).catch(trouble);
  };
  const drops = move && {
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      event.preventDefault();
      isOver.value = true;
    },
    onDragLeave: () => (isOver.value = false),
    onDrop: (event) => {
      event.preventDefault();
      isOver.value = false;
      dropped(Number(event.dataTransfer.getData(KIND)));
    },
  };
  const percent = row.bytes_total ? Math.floor((row.bytes_done / row.bytes_total) * 100) : null;
  return html`<li class=${`entry download${isOver.value ? ' is-over' : ''}`} ...${drops || {}}>
    ${move && html`<button class="round grip icon-grip" draggable="true" aria-label=${words.handle(row.title)} onKeyDown=${onKeyDown} onDragStart=${(event) => {
      event.dataTransfer.setData(KIND, String(row.id));
      event.dataTransfer.effectAllowed = 'move';
    }}></button>`}
    <${Cover} name=${known?.album || row.title} of=${row.track_id} artwork=${known?.artwork_id} />
    <span class="entry-words"><strong dir="auto">${row.title}</strong><small dir="auto">${told(row)}</small>${row.isRunning && html`<${Meter} done=${percent} label=${row.title} />`}</span>
    ${row.state === 'failed' && html`<button class="button is-quiet is-small" onClick=${() => act('retry')}>${words.retry}</button>`}
    ${row.state === 'paused' ? html`<button class="round icon-play" aria-label=${words.resumeOne(row.title)} onClick=${() => act('resume')}></button>` : row.state !== 'failed' && html`<button class="round icon-pause" aria-label=${words.pauseOne(row.title)} onClick=${() => act('pause')}></button>`}
    <button class="round icon-close" aria-label=${words.cancel(row.title)} onClick=${() => act('cancel')}></button>
  </li>`;
}
