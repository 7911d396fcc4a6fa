// Keys. Letters alone do nothing while somebody types, and nothing at all once they are switched off.
import { goToCurrent, shownTable } from './parts/track-table.js';
import { searchBox } from './parts/top-bar.js';
import { trouble } from './parts/toasts.js';
import { go, path } from './router.js';
import { current, position, queue, seek, step, toggle, toggleShuffle, turnRepeat } from './sound/player.js';
import { hasLetterKeys, isMuted, volume } from './state/kept.js';
import { setFavourite } from './state/tracks.js';
import { isHelpOpen, isPlayerOpen, panel } from './state/window.js';

const SEEK_SECONDS = 10;
const VOLUME_STEP = 0.05;
// After `G`, the second letter has to come within this.
const THEN_MS = 1_500;

const turnVolume = (by) => {
  volume.value = Math.min(1, Math.max(0, Math.round((volume.value + by) * 100) / 100));
  isMuted.value = false;
};

const keys = {
  ' ': toggle,
  ArrowLeft: () => seek(position.value - SEEK_SECONDS),
  ArrowRight: () => seek(position.value + SEEK_SECONDS),
  'shift+ArrowLeft': () => step(-1),
  'shift+ArrowRight': () => step(1),
  '/': () => searchBox.current?.focus(),
  '?': () => (isHelpOpen.value = !isHelpOpen.value),
  Escape: () => {
    if (isPlayerOpen.value) isPlayerOpen.value = false;
    else panel.value = null;
  },
};

const letters = {
  '-': () => turnVolume(-VOLUME_STEP),
  '=': () => turnVolume(VOLUME_STEP),
  '+': () => turnVolume(VOLUME_STEP),
  m: () => (isMuted.value = !isMuted.value),
  s: toggleShuffle,
  r: turnRepeat,
  l: () => current.value && setFavourite(current.value).catch(trouble),
  q: () => (panel.value = panel.value?.kind === 'queue' ? null : { kind: 'queue' }),
  c: toCurrent,
};

const places = { a: '/albums', t: '/tracks', p: '/playlists', d: '/downloads' };

// In the list that is shown, else in the one that it is played from, else on its album.
async function toCurrent() {
  const track = current.value;
  if (!track || (await goToCurrent())) return;
  const to = queue.value.path && queue.value.path !== path.value ? queue.value.path : `/albums/${track.album_key}`;
  if (!queue.value.path && !track.album_key) return;
  go(to);
  const until = performance.now() + 3_000;
  const look = async () => {
    if (shownTable.current && (await goToCurrent())) return;
    if (performance.now() < until) setTimeout(look, 100);
  };
  setTimeout(look, 100);
}

const isTyping = (target) => target.closest?.('input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]');
// A key that means something where the focus is, is that element's.
const isTaken = (event) => {
  const { target, key } = event;
  if (key === ' ') return target.closest?.('button, a, summary, input, [role=option]');
  if (key.startsWith('Arrow')) return target.closest?.('input, [role=menu], [role=tablist], [role=radiogroup]');
  return false;
};

let goUntil = 0;

export function startShortcuts() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || isTaken(event)) return;
    if (document.querySelector('dialog[open]:not(.is-player)') && event.key !== '?') return;
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actionOf(event) {
  const name = event.shiftKey && event.key.startsWith('Arrow') ? `shift+${event.key}` : event.key;
  if (keys[name]) return keys[name];
  if (!hasLetterKeys.value) return null;
  const letter = event.key.toLowerCase();
  if (performance.now() < goUntil) {
    goUntil = 0;
    return places[letter] ? () => go(places[letter]) : null;
  }
  if (letter === 'g') return () => (goUntil = performance.now() + THEN_MS);
  return letters[letter] || null;
}
