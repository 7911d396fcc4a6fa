// Keep an album or a playlist on this device: Download; `5 of 9` with cancel while it comes; Downloaded with remove.
import { html, useEffect } from '../dom.js';
import { cancelDownloads, downloadTracks, removeDownloads, standing } from '../state/downloads.js';
import { knownTrack, readTracks, rowTick } from '../state/tracks.js';
import { trouble } from './toasts.js';
import { downloads as words } from '../words.js';

// As many rows are read as are remembered without loss: of what is longer, all is asked for, and what is here is passed over.
const READ_MAX = 1_500;

export function DownloadButton({ ids, query }) {
  rowTick.value;
  const { all, known, here, local, coming, missing } = standing(ids);
  useEffect(() => {
    if (known < all && all <= READ_MAX) readTracks(ids.filter((id) => !knownTrack(id))).catch((error) => console.warn(error.message));
  }, [ids.join(',')]);
  if (!all || (known < all && all <= READ_MAX)) return null;
  if (known < all) return html`<button class="button is-quiet icon-down" onClick=${() => downloadTracks(ids, query).catch(trouble)}>${words.download}</button>`;
  if (coming > 0) {
    return html`<span class="button is-quiet is-double" role="group" aria-label=${words.download}><i class="ring" style=${{ '--done': (100 * here) / all }}></i><span>${words.of(here, all)}</span><button class="icon-close" aria-label=${words.cancel} onClick=${() => cancelDownloads(ids).catch(trouble)}></button></span>`;
  }
  if (missing > 0) return html`<button class="button is-quiet icon-down" onClick=${() => downloadTracks(ids, query).catch(trouble)}>${here ? words.more(missing) : words.download}</button>`;
  if (local === all) return html`<span class="button is-still icon-folder">${words.local}</span>`;
  return html`<span class="button is-quiet is-double is-done icon-check" role="group" aria-label=${words.done}><span>${words.done}</span><button class="icon-trash" aria-label=${words.remove} onClick=${() => removeDownloads(ids, query).catch(trouble)}></button></span>`;
}
