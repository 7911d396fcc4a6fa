// What this browser remembers of how a person likes the page. Nothing here is needed: it may be empty at any time.
import { effect, signal } from '../dom.js';

function read(name, otherwise) {
  try {
    const text = localStorage.getItem(`soul.${name}`);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    // A browser that keeps nothing, or what somebody else wrote under the name.
    return otherwise;
  }
}

function kept(name, otherwise) {
  const value = signal(read(name, otherwise));
  effect(() => {
    const text = JSON.stringify(value.value);
    try {
      localStorage.setItem(`soul.${name}`, text);
    } catch {
      // It holds until the page is closed.
    }
  });
  addEventListener('storage', (event) => {
    if (event.key === `soul.${name}`) value.value = read(name, otherwise);
  });
  return value;
}

export const theme = kept('theme', 'system');
export const filter = kept('filter', { show: 'all', source: null });
export const trackOrder = kept('trackOrder', 'title');
export const albumOrder = kept('albumOrder', 'title');
export const volume = kept('volume', 0.8);
export const isMuted = kept('isMuted', false);
// 'album' keeps the differences that an album was made with; 'track' makes every track as loud as the next.
export const replayGain = kept('replayGain', 'album');
export const hasLetterKeys = kept('hasLetterKeys', true);
export const isOfflineOnly = kept('isOfflineOnly', false);

effect(() => {
  const root = document.documentElement;
  if (theme.value === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme.value;
});
