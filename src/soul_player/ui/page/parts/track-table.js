// A list of recordings as every screen shows it: head, rows, keys. The screen says what it is made of.
import { html, useEffect, useRef, useSignal } from '../dom.js';
import { current, playList, playNext } from '../sound/player.js';
import { rowTick } from '../state/tracks.js';
import { isNarrow } from '../state/window.js';
import { columns, frame } from '../words.js';
import { trouble } from './toasts.js';
import { TrackRow } from './track-row.js';
import { Virtual } from './virtual.js';

export const rowHeight = () => (isNarrow.value ? 60 : 52);

// Where a screen shows its tracks, for keys that look for one: `C` goes to the current track.
export const shownTable = { current: null };

// `from`: {title, path} of what is played. `more`: menu items of this screen. `number`: what stands before a row.
export function TrackTable({ list, label, from, more, number, noAlbum, grip, onKey, scrolls, noHead, sub, marked }) {
  const unfolded = useSignal(null);
  const handle = useRef();
  list.tick.value;
  rowTick.value;
  const total = list.total.value;
  const height = rowHeight();

  const play = async (place) => {
    try {
      await playList(await list.allIds(), place, from, list.idAt(place));
    } catch (error) {
      trouble(error);
    }
  };
  useEffect(() => {
    const table = { list, play, show: (place) => handle.current?.show(place, { focus: true }) };
    if (!scrolls) shownTable.current = table;
    return () => {
      if (shownTable.current === table) shownTable.current = null;
    };
  });

  function onRowKey(event, place, show) {
    if (onKey?.(event, place, show)) return true;
    const row = list.at(place);
    if (!row || event.target.closest('button, a')) return false;
    if (event.key === 'Enter' && event.shiftKey) {
      playNext([row.id], { last: true });
      return true;
    }
    if (event.key === 'Enter') {
      play(place);
      return true;
    }
    if (event.key === 'Escape' && unfolded.value) {
      unfolded.value = null;
      return true;
    }
    return false;
  }

  const unfold = (place) => {
    unfolded.value = unfolded.value?.id === list.idAt(place) ? null : { id: list.idAt(place), place, height: 96 };
  };
  if (total === null) return list.error.value ? html`<${Trouble} list=${list} />` : html`<p class="waiting" role="status">${frame.loading}</p>`;
  return html`<div class=${`table${noAlbum ? ' has-no-album' : ''}${grip ? ' has-grips' : ''}`}>
    ${!noHead && html`<div class="row is-head" aria-hidden="true">
      <span class="number">${columns.place}</span><span>${columns.title}</span>${!noAlbum && html`<span class="album">${columns.album}</span>`}
      <span>${columns.where}</span><span class="ends"><span class="time">${columns.time}</span></span>
    </div>`}
    <${Virtual}
      total=${total} height=${height} list=${list} label=${label} unfolded=${unfolded.value} columns=${noAlbum ? 4 : 5} scrolls=${scrolls} onKey=${onRowKey} handle=${handle}
      row=${(place, { top, isActive }) => html`<${TrackRow}
        key=${grip ? list.keyAt?.(place) ?? place : list.idAt(place) ?? `at-${place}`} row=${list.at(place)} place=${place} top=${top} isActive=${isActive} number=${number?.(place, list.at(place))}
        onPlay=${play} more=${more} grip=${grip} noAlbum=${noAlbum} marked=${marked} sub=${sub?.(list.at(place), place)} unfold=${unfold}
        isUnfolded=${unfolded.value?.id !== undefined && unfolded.value.id === list.idAt(place)}
        onUnfolded=${(high) => {
          if (unfolded.value && unfolded.value.height !== high) unfolded.value = { ...unfolded.value, height: high };
        }}
      />`}
    />
  </div>`;
}

export function Trouble({ list }) {
  return html`<div class="empty" role="alert"><h2>${frame.failed}</h2><p>${list.error.value?.message}</p>
    <button class="button is-main" onClick=${() => list.refresh()}>${frame.again}</button></div>`;
}

export async function goToCurrent() {
  const table = shownTable.current;
  const track = current.value;
  if (!table || !track) return false;
  const place = await table.list.placeOf(track.id);
  if (place === null) return false;
  table.show(place);
  return true;
}
