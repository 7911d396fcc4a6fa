// How wide the window is: a phone has other rows, bars and sheets.
import { signal } from '../dom.js';

const narrow = matchMedia('(max-width: 760px)');
const medium = matchMedia('(max-width: 1080px)');
export const isNarrow = signal(narrow.matches);
export const isMedium = signal(medium.matches);
narrow.addEventListener('change', () => (isNarrow.value = narrow.matches));
medium.addEventListener('change', () => (isMedium.value = medium.matches));
// Which panel stands beside the list: {kind: 'queue'} or {kind: 'details', id}; null: none.
export const panel = signal(null);
export const isPlayerOpen = signal(false);
export const isHelpOpen = signal(false);

// Dialogs that can be opened from anywhere: a file that has some puts what draws them here once it is loaded.
export const dialogs = signal([]);
export const hostDialogs = (draw) => (dialogs.value = [...dialogs.value, draw]);
