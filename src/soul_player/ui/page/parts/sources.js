// The sources of one recording beneath its row: `Local file: /music/song_a.mp3`, `Home Server: Available to stream`.
import { api } from '../api.js';
import { html, useEffect, useLayoutEffect, useRef, useSignal } from '../dom.js';
import { downloadTracks } from '../state/downloads.js';
import { isOffline, whereIs } from '../state/tracks.js';
import { status } from '../state/live.js';
import { actions, where } from '../words.js';
import { trouble } from './toasts.js';

// Between the sources and the next row.
const BELOW = 14;

function saying(part) {
  if (part.status === 'local_file') return { icon: 'folder', name: where.localFile, text: part.path || '' };
  if (part.path) return { icon: 'check', name: part.source_name, text: where.stored };
  const source = status.value?.sources.find((one) => one.id === part.source_id);
  if (part.status === 'unavailable') return { icon: 'unplug', name: part.source_name, text: where.gone };
  if (source?.needs_sign_in) return { icon: 'lock', name: part.source_name, text: where.signIn };
  if (source && !source.is_online) return { icon: 'unplug', name: part.source_name, text: where.isAway };
  return { icon: 'cloud', name: part.source_name, text: where.canStream, canDownload: true };
}

export function Sources({ row, onHeight }) {
  const parts = useSignal(null);
  const box = useRef();
  useEffect(() => {
    let isOver = false;
    api.get(`/api/tracks/${row.id}`).then((details) => !isOver && (parts.value = details.parts), trouble);
    return () => (isOver = true);
  }, [row.id, row.status]);
  useLayoutEffect(() => onHeight?.(box.current.offsetHeight + BELOW));
  const mayDownload = !isOffline(row) && !row.download && whereIs(row).state !== 'unavailable';
  return html`<ul class="sources" ref=${box} aria-label=${where.sourcesOf(row.title)}>
    ${(parts.value || []).map((part) => {
      const { icon, name, text, canDownload } = saying(part);
      return html`<li class=${`icon-${icon}`}><span><b dir="auto">${name}:</b> <span dir="auto">${text}</span></span>${canDownload && mayDownload && html`<button class="button is-quiet is-small" onClick=${() => downloadTracks([row.id]).catch(trouble)}>${actions.download}</button>`}</li>`;
    })}
  </ul>`;
}
