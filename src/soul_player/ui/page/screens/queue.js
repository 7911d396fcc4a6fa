// What comes next, and what was heard: beside the list, or over it on a phone.
import { classes, html, useEffect, useMemo, useRef, useSignal } from '../dom.js';
import { Cover } from '../parts/cover.js';
import { askForPlaylist } from '../parts/asking.js';
import { makeReorder } from '../parts/reorder.js';
import { Segments } from '../parts/segments.js';
import { rowHeight } from '../parts/track-table.js';
import { Virtual } from '../parts/virtual.js';
import { Where, whereWords } from '../parts/where.js';
import { clearAdded, clearQueue, clearRest, current, isPlaying, jumpTo, moveTo, next, queue, removeAt } from '../sound/player.js';
import { canPlay, FixedList, knownTrack, rowTick } from '../state/tracks.js';
import { actions, clock, frame, lists, many } from '../words.js';
import { queue as words } from '../words-more.js';
import { HistoryList } from './history.js';

const HEAD = 44;

export default function Queue({ close }) {
  const tab = useSignal('next');
  const box = useRef();
  rowTick.value;
  const ids = next.value;
  return html`
    <header><h2>${words.title}</h2><p>${ids.every(knownTrack) && ids.length ? lists.long(ids.length, ids.reduce((sum, id) => sum + knownTrack(id).duration_seconds, 0)) : many(ids.length, 'track')}</p><button class="round icon-close" aria-label=${frame.close} onClick=${close}></button></header>
    <div class="panel-tabs"><${Segments} label=${words.title} value=${tab.value} options=${{ next: words.upNext, history: words.history }} onChange=${(to) => (tab.value = to)} /></div>
    <div class="scrolls" ref=${box} tabindex="-1">${tab.value === 'next' ? html`<${UpNext} box=${box} />` : html`<${HistoryList} isShort=${true} />`}</div>
    <footer>${tab.value === 'next'
      ? html`<button class="button is-quiet icon-plus" disabled=${!ids.length} onClick=${() => askForPlaylist([queue.value.track_id, ...ids].filter(Boolean), queue.value.title || words.name)}>${words.save}</button>
        <button class="button is-quiet icon-trash" disabled=${!ids.length} onClick=${clearQueue}>${words.clearAll}</button>`
      : html`<a class="button is-quiet icon-history" href="/history" onClick=${close}>${words.all}</a>`}</footer>`;
}

function UpNext({ box }) {
  const ids = next.value;
  const added = queue.value.added.length;
  const list = useMemo(() => new FixedList([]), []);
  useEffect(() => () => list.end(), []);
  useEffect(() => list.set(ids), [ids]);
  list.tick.value;
  const reorder = useMemo(() => makeReorder({
    count: () => next.value.length, titleOf: (place) => knownTrack(next.value[place])?.title || '', height: rowHeight, scrolls: () => box.current,
    move: moveTo,
  }), []);
  reorder.grabbed.value;
  const track = current.value;
  const rest = queue.value;
  const cameFrom = rest.title ? html`${words.from}${rest.path ? html`<a href=${rest.path} dir="auto">${rest.title}</a>` : rest.title}` : words.rest;
  const onKey = (event, place, show) => {
    if (reorder.onKey(event, place, show)) return true;
    if (event.target.closest('button')) return false;
    if (event.key === 'Enter') jumpTo(place);
    else if (event.key === 'Delete') removeAt(place);
    else return false;
    return true;
  };
  const head = (id, title, clear) => html`<header class="section-head"><h3 id=${id}>${title}</h3><button class="link" onClick=${clear}>${words.clear}</button></header>`;
  // One list for the keys, whose two parts have heads of their own.
  return html`
    ${track && html`<h3>${words.now}</h3><div class=${classes('queue-row is-now', isPlaying.value && 'is-playing')}><span class="words"><${Cover} of=${track.id} artwork=${track.artwork_id} name=${track.album || track.title} kind="is-small" /><b dir="auto">${track.title}</b><small dir="auto">${track.artist}</small></span><${Where} row=${track} /><span class="time">${clock(track.duration_seconds)}</span></div>`}
    ${added > 0 && head('queue-added', words.added, clearAdded)}
    ${added === 0 && ids.length > 0 && head('queue-rest', cameFrom, clearRest)}
    ${ids.length === 0 && html`<p class="hint">${words.empty}. ${words.emptyHint}</p>`}
    <div class="queue-both"><${Virtual} total=${ids.length} height=${rowHeight()} list=${list} label=${words.upNext} columns=${4} scrolls=${() => box.current} onKey=${onKey}
      unfolded=${added > 0 && ids.length > added ? { place: added - 1, height: HEAD } : undefined}
      row=${(place, { top, isActive }) => html`<${QueueRow} key=${`${ids[place]}-${place}`} id=${ids[place]} place=${place} top=${top} isActive=${isActive} reorder=${reorder} />`} />
    ${added > 0 && ids.length > added && html`<div class="queue-divider" style=${{ top: `${added * rowHeight()}px` }}>${head('queue-rest', cameFrom, clearRest)}</div>`}</div>`;
}

function QueueRow({ id, place, top, isActive, reorder }) {
  rowTick.value;
  const row = knownTrack(id);
  const reach = isActive ? 0 : -1;
  if (!row) return html`<div class="queue-row" role="row" aria-rowindex=${place + 1} data-place=${place} style=${{ top: `${top}px` }} tabindex=${reach}><span role="gridcell"></span></div>`;
  const isSilent = !canPlay(row);
  return html`<div class=${classes('queue-row', isSilent && 'is-dim')} role="row" aria-rowindex=${place + 1} data-place=${place} style=${{ top: `${top}px` }} tabindex=${reach} onDblClick=${() => jumpTo(place)}>
    ${reorder.grip(place, row, reach)}
    <span class="words" role="gridcell"><${Cover} of=${row.id} artwork=${row.artwork_id} name=${row.album || row.title} kind="is-small" /><b dir="auto">${row.title}</b><small dir="auto">${isSilent ? whereWords(row) : row.artist}</small></span>
    <${Where} row=${row} role="gridcell" />
    <span role="gridcell"><button class="round icon-close" tabindex=${reach} aria-label=${actions.removeQueue(row.title)} onClick=${() => removeAt(place)}></button></span>
  </div>`;
}
