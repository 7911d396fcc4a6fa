// One recording in a list: its words, where it is, what can be done with it; its sources unfold beneath.
import { classes, html } from '../dom.js';
import { go } from '../router.js';
import { current, isPlaying } from '../sound/player.js';
import { rowTick, setFavourite, whereIs } from '../state/tracks.js';
import { actions, clock, where } from '../words.js';
import { Cover } from './cover.js';
import { dragTracks } from './dragging.js';
import { Marked } from './marked.js';
import { trackMenu } from './track-menu.js';
import { trouble } from './toasts.js';
import { Sources } from './sources.js';
import { Where } from './where.js';

// `place`: in the list; `number`: what stands before it. `more`: what its menu holds beside the usual.
export function TrackRow({ row, place, top, isActive, number, onPlay, unfold, isUnfolded, isSelected, more, grip, noAlbum, sub, marked, onUnfolded }) {
  rowTick.value;
  if (!row) return html`<div class="row is-waiting" role="row" aria-rowindex=${place + 1} data-place=${place} style=${{ top: `${top}px` }} tabindex=${isActive ? 0 : -1}><span role="gridcell"></span></div>`;
  const { state } = whereIs(row);
  const isNow = current.value?.id === row.id;
  const reach = isActive ? 0 : -1;
  // What can be had from more than one place unfolds.
  const hasMany = unfold && row.sources.length + (row.status === 'cached' ? 1 : 0) > 1;
  const menu = (event) => {
    event.preventDefault();
    trackMenu(event.currentTarget, row, more?.(row, place), event);
  };
  return html`<div
    class=${classes('row', isNow && 'is-now', isNow && isPlaying.value && 'is-playing', state === 'unavailable' && 'is-dim', isSelected && 'is-selected', isUnfolded && 'is-unfolded')}
    role="row" aria-rowindex=${place + 1} data-place=${place} data-track=${row.id} style=${{ top: `${top}px` }} tabindex=${reach} draggable=${!grip}
    onDblClick=${(event) => !event.target.closest('button') && onPlay(place)} onClick=${(event) => event.pointerType === 'touch' && !event.target.closest('button, .unfolded') && onPlay(place)} onContextMenu=${menu} onDragStart=${(event) => dragTracks(event, [row])}
  >
    ${grip ? grip(place, row, reach) : html`<span class="number" role="gridcell">${number ?? place + 1}</span>`}
    <span class="words" role="gridcell"><${Cover} of=${row.id} artwork=${row.artwork_id} name=${row.album || row.title} kind="is-small" /><b dir="auto">${marked ? html`<${Marked} text=${row.title} words=${marked} />` : row.title}</b><small dir="auto">${sub || row.artist || ''}</small></span>
    ${!noAlbum && html`<span class="album" role="gridcell" dir="auto" onClick=${() => row.album_key && go(`/albums/${row.album_key}`)}>${row.album || ''}</span>`}
    ${hasMany
      ? html`<span role="gridcell"><button class="unfold" tabindex=${reach} aria-expanded=${Boolean(isUnfolded)} aria-label=${where.showSources(row.title)} onClick=${() => unfold(place)}><${Where} row=${row} /></button></span>`
      : html`<${Where} row=${row} role="gridcell" />`}
    <span class="ends" role="gridcell">
      <button class=${classes('round', row.is_favourite ? 'icon-heart-full is-on' : 'icon-heart')} tabindex=${reach} aria-pressed=${row.is_favourite} aria-label=${actions.favourite(row.title)} onClick=${() => setFavourite(row).catch(trouble)}></button>
      <span class="time">${clock(row.duration_seconds)}</span>
      <button class="round icon-dots" tabindex=${reach} aria-haspopup="menu" aria-label=${actions.more(row.title)} onClick=${menu}></button>
    </span>
    ${isUnfolded && html`<span class="unfolded" role="gridcell"><${Sources} row=${row} onHeight=${onUnfolded} /></span>`}
  </div>`;
}
